"""The service is killed at random moments of the story; nobody loses a message, nobody gets one twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import eyes
from sandbox import story as script
from sandbox.eyes import Seen
from sandbox.stand import Bubble, Stand
from sandbox.story import Story
from tests.e2e.served import Served
from wiring.story import story_of

KILLS = 5
LONGEST_LIFE = 6.0
"""Seconds; a start takes about three, so kills hit starts, answers, handoffs and stops alike."""


@pytest.mark.trap(2)
@pytest.mark.trap(7)
@pytest.mark.timeout(560)
@pytest.mark.parametrize(
    ("seed", "own_mongod", "mode"),
    [(1, False, "connect"), (2, True, "connect"), (3, False, "webhooks"), (4, True, "connect")],
)
async def test_killed_at_five_random_moments_the_story_still_happens_once(
    seed: int, own_mongod: bool, mode: str, tmp_path: Path, mongo_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eyes, "SECONDS", 120.0)
    monkeypatch.setattr(script, "SECONDS", 120.0)
    monkeypatch.setattr(script, "PATIENCE", 25.0)
    uri = "" if own_mongod else mongo_uri
    served = Served(tmp_path, mongo_uri=uri, mode=mode, database=f"crash_{seed}")
    await served.open()
    moments = random.Random(seed)
    steps: list[Seen] = []
    played = story_of(served.stands, steps.append)
    killer = asyncio.create_task(_killing(served, moments))
    try:
        happened = await played.play()
        await killer
        assert happened, "\n".join(f"{step.ok} {step.title}: {step.saw}" for step in steps[-3:])
        _nothing_twice(played)
    finally:
        killer.cancel()
        await asyncio.gather(killer, return_exceptions=True)
        await served.close()


async def _killing(served: Served, moments: random.Random) -> None:
    for _ in range(KILLS):
        await served.start()
        await asyncio.sleep(moments.uniform(0.5, LONGEST_LIFE))
        await served.kill()
    await served.start()


def _nothing_twice(played: Story) -> None:
    """Slack and Discord can tell a repeated message; Telegram can't, if the crash comes in mid-send."""
    for stand in (played.slack, played.discord):
        repeated = [text for text, count in Counter(_ours(stand)).items() if count > 1]
        assert repeated == [], stand.name


def _ours(stand: Stand) -> Iterator[str]:
    for pane in stand.panes():
        if stand.name == "slack" and not pane.title.startswith("#"):
            continue  # answers to a command that was given again because Slack said it failed
        for bubble in _all(pane.bubbles):
            # Presses that Slack could not deliver are answered by Slack itself, each time.
            if not bubble.mine and not bubble.only_for and bubble.author == "Deskmate":
                yield f"{pane.id} {bubble.text} {[name for name, _ in bubble.files]}"


def _all(bubbles: list[Bubble]) -> Iterator[Bubble]:
    for bubble in bubbles:
        yield bubble
        yield from bubble.thread
