"""What agents and admins ask for that concerns no single customer, sent to the section that answers it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from desk.ports import Belongs
from desk.step import Step
from desk.telling import Teller
from domain.content import text
from domain.errors import BadInput, NotAllowed
from domain.ids import Address
from domain.inbound import (
    AppHomeOpened,
    ButtonPressed,
    CommandReceived,
    Event,
    FormSubmitted,
    MessageReceived,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one part of the staff's desk answers. ``message`` and ``home``: one section at most has them.

    A name of a form or a press that isn't in `desk.routing`'s tables reaches it from Slack only.
    """

    commands: Mapping[str, Callable[[Step, CommandReceived], Awaitable[None]]] = field(default_factory=dict)
    forms: Mapping[str, Callable[[Step, FormSubmitted], Awaitable[None]]] = field(default_factory=dict)
    presses: Mapping[str, Callable[[Step, ButtonPressed], Awaitable[None]]] = field(default_factory=dict)
    message: Callable[[Step, MessageReceived], Awaitable[None]] | None = None
    home: Callable[[Step, AppHomeOpened], Awaitable[None]] | None = None


MEMBERS_ONLY = frozenset({"tickets", "available", "away", "capacity", "kb_shortcut", "faq"})
"""Commands and forms that show customers or make somebody an agent: for the agents' channel only."""


class StaffDesk:
    """Joins the sections. What they send is kept in the outbox like everything else.

    ``staff``: the agents' channel; ``belongs`` tells who is in it.
    """

    def __init__(
        self, *, teller: Teller, sections: Sequence[Section], staff: Address | None, belongs: Belongs
    ) -> None:
        self._teller = teller
        self._staff = staff
        self._belongs = belongs
        self._commands = {name: each for one in sections for name, each in one.commands.items()}
        self._forms = {name: each for one in sections for name, each in one.forms.items()}
        self._presses = {name: each for one in sections for name, each in one.presses.items()}
        self._message = next((one.message for one in sections if one.message), None)
        self._home = next((one.home for one in sections if one.home), None)

    async def handle(self, step: Step, event: Event) -> None:
        """Answer a command, a form, a button, a direct message or the opening of the home page."""
        try:
            await self._dispatch(step, event)
        except (BadInput, NotAllowed) as problem:
            step.send(self._teller.place(event), text(str(problem)), "problem")

    async def _member(self, event: CommandReceived | FormSubmitted) -> None:
        """Raises NotAllowed for people outside of the agents' channel."""
        if self._staff and event.address.channel == self._staff.channel:
            return
        if not await self._belongs(event.actor.identity):
            raise NotAllowed("This is for the people in the agents' channel. Join it and try again.")

    async def _dispatch(self, step: Step, event: Event) -> None:
        if isinstance(event, (CommandReceived, FormSubmitted)) and _named(event) in MEMBERS_ONLY:
            await self._member(event)
        if isinstance(event, CommandReceived):
            if event.name not in self._commands:
                raise BadInput(f"I don't know /{event.name}.")
            await self._commands[event.name](step, event)
        elif isinstance(event, FormSubmitted) and event.form in self._forms:
            await self._forms[event.form](step, event)
        elif isinstance(event, ButtonPressed) and event.action in self._presses:
            await self._presses[event.action](step, event)
        elif isinstance(event, MessageReceived) and self._message:
            await self._message(step, event)
        elif isinstance(event, AppHomeOpened) and self._home:
            await self._home(step, event)


def _named(event: CommandReceived | FormSubmitted) -> str:
    return event.name if isinstance(event, CommandReceived) else event.form
