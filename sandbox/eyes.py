"""How people in the sandbox's story look at their panes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.stand import Bubble, Pane, Stand, until

SECONDS = 45.0
"""How long a step may take: the service may be restarted in the middle of it."""

Look = Callable[[Sequence[Bubble]], Bubble | None]
"""Finds what is wanted among the bubbles of a pane."""


class NotSeen(AssertionError):
    """Something that had to be seen was not."""


@dataclass(slots=True)
class Seen:
    """One step as it was: who did what, and what showed up."""

    title: str
    who: str
    saw: str
    ok: bool = True


@dataclass(slots=True)
class Eyes:
    """Looks at one stand's panes."""

    stand: Stand

    def pane(self, id: str) -> Pane:
        """A pane by its id."""
        for pane in self.stand.panes():
            if pane.id == id:
                return pane
        raise NotSeen(f"There is no pane {id}")

    async def see(self, id: str, what: str, wanted: Look, *, seconds: float = 0.0) -> Bubble:
        """Wait until a bubble is seen in a pane; ``seconds`` 0: as long as a step may take."""
        try:
            found = await until(lambda: wanted(self.pane(id).bubbles), seconds=seconds or SECONDS)
        except TimeoutError:
            raise NotSeen(f"{what} did not show up in {self.pane(id).title}") from None
        return found  # type: ignore[no-any-return]  # `until` gives back what `wanted` found


def newest(*, has: str = "", mine: bool = False, button: str = "", after: int = 0) -> Look:
    """The last bubble, from number ``after`` on, with these words and this button."""

    def look(bubbles: Sequence[Bubble]) -> Bubble | None:
        for bubble in reversed(bubbles[after:]):
            named = not button or any(button in label for _, label in bubble.buttons)
            if bubble.mine is mine and has in bubble.text and named:
                return bubble
        return None

    return look


def marked(text: str) -> Callable[[Bubble], bool]:
    """Whether a bubble has these words and a mark on it."""
    return lambda one: text in one.text and bool(one.reactions)


def pictures(bubble: Bubble) -> list[tuple[str, str]]:
    """Names and addresses of a bubble's pictures."""
    return [(name, address) for name, address in bubble.files if name.endswith(".png")]


def press_id(bubble: Bubble, label: str) -> str:
    """The id of a button by what is written on it."""
    for id, words in bubble.buttons:
        if label in words:
            return id
    raise NotSeen(f"There is no button {label} at: {bubble.text}")
