"""Answers written by a language model from passages."""

from collections.abc import Callable
from typing import Literal, Protocol, Self, TypeVar

from pydantic import BaseModel, model_validator

from brain.ports import Draft, Prompt
from brain.prompt import Rendered, render
from domain.answer import Action, Usage
from domain.ids import PassageId

Form = TypeVar("Form", bound=BaseModel)


class Asked(Protocol):
    """A language model that answers in a form; `brain.gemini.GeminiClient`."""

    async def ask(self, *, system: str, user: str, form: type[Form]) -> tuple[Form, Usage]:
        """The answer and what it cost. Raises NoUsableAnswer."""
        ...


class Reply(BaseModel):
    """What the model must answer with; its JSON Schema goes along with every request."""

    action: Literal["reply", "clarify", "handoff"]
    answer: str
    cited: list[str]

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.answer.strip() and self.action != Action.HANDOFF.value:
            raise ValueError("an answer without words")
        return self


class ModelResponder:
    """Lets a language model write from a prompt."""

    def __init__(self, *, model: Asked, rendered: Callable[[Prompt], Rendered] = render) -> None:
        self._model, self._rendered = model, rendered

    async def respond(self, prompt: Prompt) -> Draft:
        """Raises Unavailable when no usable answer came within the deadline."""
        rendered = self._rendered(prompt)
        reply, usage = await self._model.ask(system=rendered.system, user=rendered.user, form=Reply)
        return _draft(reply, rendered, usage)


def _draft(reply: Reply, rendered: Rendered, usage: Usage) -> Draft:
    """The ids shown to the model become those of the passages; `brain.review` judges unknown ones."""
    cited = tuple(rendered.labels.get(label, PassageId(label)) for label in dict.fromkeys(reply.cited))
    return Draft(action=Action(reply.action), text=reply.answer, cited=cited, usage=usage)
