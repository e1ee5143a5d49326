"""One message that says how far long work is, changed in place until it says what came of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from desk.changes import Purpose
from desk.firm import Firm
from desk.ports import Channel
from desk.step import Step
from desk.storage import Outbox
from domain.content import Content, text
from domain.errors import BadInput, Unavailable
from domain.ids import Address, BotId, Platform

EVERY = 2.0
"""Seconds between two words of progress; platforms count edits as messages."""
PATIENCE = 10.0
"""Seconds after which a place where nothing can be changed gets one more message, and no third one."""

Words = Callable[[str, int, int], str]
"""Stage, done and total -> a sentence for the person, "" for nothing new."""


class Notes:
    """Writes notes of progress, beside the step that does the work and before it is done."""

    def __init__(
        self,
        *,
        firm: Firm,
        channels: Mapping[BotId, Channel],
        outbox: Outbox,
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
        every: float = EVERY,
        patience: float = PATIENCE,
    ) -> None:
        self._firm, self._channels, self._outbox = firm, channels, outbox
        self._clock, self._wake = clock, wake
        self.every, self.patience = every, patience

    @asynccontextmanager
    async def note(
        self, step: Step, place: Address, opening: str, words: Words, *, part: str = ""
    ) -> AsyncIterator["Note"]:
        """A note for the time of some work. What is wrong with the input ends it, and is said in its place;
        any other fault is said too, and raised, so that the work is done again. ``part`` names one of
        several pieces of work of a step."""
        note = Note(notes=self, step=step, place=place, words=words, part=part)
        await note.open(opening)
        telling = asyncio.create_task(note.keep_telling())
        try:
            yield note
        except BadInput as problem:
            await _ended(telling)
            await note.end(text(str(problem)))
        except Exception:
            await _ended(telling)
            with suppress(Unavailable):
                await note.postponed()
            raise
        finally:
            await _ended(telling)

    def step(self, of: Step, part: str) -> Step:
        """A step beside another one, at this moment: what it sends comes after what was sent before."""
        return Step(
            firm=self._firm,
            channels=self._channels,
            lane=of.lane,
            seed=f"{of.changes.seed}|{part}",
            now=self._clock(),
        )

    async def put(self, step: Step) -> None:
        """Send what a step collected."""
        await self._outbox.add(step.changes.outgoing)
        for queue in {row.queue for row in step.changes.outgoing}:
            self._wake(queue)

    async def change(self, key: str, step: Step, content: Content) -> bool:
        """Show another content in place of a message; false if it could not be delivered."""
        posted = await self._outbox.posted(key)
        if posted is None or posted.state == "dead":
            return False
        step.rewrite([posted], content)
        return True


class Note:
    """The message of one piece of work. Done again after a crash, the work goes on with the same message."""

    def __init__(self, *, notes: Notes, step: Step, place: Address, words: Words, part: str) -> None:
        self._notes, self._step, self._place, self._words = notes, step, place, words
        self._part = part
        self._fixed = place.platform is Platform.SLACK and bool(place.private_to)
        """Whether what is said there can't be changed."""
        self._first = self._shown = self._latest = ""

    async def open(self, words: str) -> None:
        """Say that the work begins."""
        self._shown = self._latest = words
        step = self._notes.step(self._step, f"{self._part}progress")
        self._first = step.send(self._place, text(words), "progress", purpose=Purpose.REPORT)
        await self._notes.put(step)

    def progress(self, stage: str, done: int, total: int) -> None:
        """Note how far it is; called as often as the work likes."""
        self._latest = self._words(stage, done, total) or self._latest

    async def keep_telling(self) -> None:
        """Tell what is new now and then, until cancelled."""
        while True:
            await asyncio.sleep(self._notes.patience if self._fixed else self._notes.every)
            with suppress(Unavailable):  # the next word is as good
                await self._tell()
            if self._fixed:
                return

    async def _tell(self) -> None:
        if self._latest != self._shown:
            self._shown = self._latest
            await self._show(text(self._shown), "later" if self._fixed else self._moment())

    async def end(self, content: Content) -> None:
        """Say what came of it, in place of how far it was."""
        await self._show(content, "outcome")

    async def postponed(self) -> None:
        """Say that it will be tried again; only once where nothing can be changed."""
        words = "That did not work just now. I'll try again in a moment."
        await self._show(text(words), "fault" if self._fixed else self._moment())

    def _moment(self) -> str:
        return str(self._notes.step(self._step, "").now.timestamp())

    async def _show(self, content: Content, part: str) -> None:
        step = self._notes.step(self._step, f"{self._part}{part}")
        if self._fixed or not await self._notes.change(self._first, step, content):
            step.send(self._place, content, part, purpose=Purpose.REPORT)
        await self._notes.put(step)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
