"""Tokens and money spent on answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.answer import Usage
from domain.errors import Unavailable

NOTHING = Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars for a million tokens, as the model's price list gives them."""

    prompt: float = 0.0
    answer: float = 0.0

    def of(self, *, prompt_tokens: int, answer_tokens: int) -> Usage:
        """What these tokens cost."""
        cost = (prompt_tokens * self.prompt + answer_tokens * self.answer) / 1_000_000
        return Usage(prompt_tokens=prompt_tokens, answer_tokens=answer_tokens, cost=cost)


FREE = Prices()


class NoUsableAnswer(Unavailable):
    """The language model gave no usable answer; ``usage`` is what the attempts cost all the same."""

    def __init__(self, message: str = "", *, usage: Usage = NOTHING) -> None:
        super().__init__(message)
        self.usage = usage


def total(usages: Iterable[Usage]) -> Usage:
    """The sum."""
    spent = tuple(usages)
    return Usage(
        prompt_tokens=sum(usage.prompt_tokens for usage in spent),
        answer_tokens=sum(usage.answer_tokens for usage in spent),
        cost=sum(usage.cost for usage in spent),
    )
