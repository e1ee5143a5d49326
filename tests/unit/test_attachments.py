"""A file that can't be had never holds up the words that came with it."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from desk.attachments import PATIENCE, Files, lacking
from desk.ports import Channel
from domain.errors import BadInput, RateLimited, Refused, Unavailable
from domain.ids import Address, BotId, Identity, MessageRef, Platform
from domain.inbound import Actor, Attachment, MessageReceived
from domain.texts import Key, say

BOT = BotId("telegram")
PLACE = Address(platform=Platform.TELEGRAM, bot=BOT, workspace="telegram", channel="7")


class Shelf:
    """Hands out bytes, or fails."""

    def __init__(self, given: bytes | Exception) -> None:
        self.given = given

    async def fetch(self, attachment: Attachment) -> bytes:
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


def message(size: int = 100) -> MessageReceived:
    who = Identity(platform=Platform.TELEGRAM, workspace="telegram", user="7")
    photo = Attachment(name="photo.png", mime="image/png", size=size, handle="h")
    return MessageReceived(
        source="s",
        at=datetime.now(UTC),
        actor=Actor(identity=who, name="Zoe"),
        address=PLACE,
        ref=MessageRef(address=PLACE, id="1"),
        text="look",
        attachments=(photo,),
    )


async def take(given: bytes | Exception, *, size: int = 100, attempts: int = 0) -> Any:
    kept: dict[str, bytes] = {}

    async def keep(key: str, data: bytes) -> None:
        kept[key] = data

    files = Files(channels={BOT: cast(Channel, Shelf(given))}, keep=keep)
    return await files.take(message(size), "k", "en", attempts=attempts)


async def test_a_file_is_taken_along() -> None:
    (file,), problems = await take(b"png")
    assert (file.name, file.size, problems) == ("photo.png", 3, ())


@pytest.mark.parametrize("fault", [Unavailable(), RateLimited(3.0)])
async def test_a_file_that_may_come_yet_is_waited_for_but_not_for_ever(fault: Exception) -> None:
    with pytest.raises(type(fault)):
        await take(fault)
    files, problems = await take(fault, attempts=PATIENCE)
    assert (files, problems) == ((), (say(Key.FILE_LOST, "en"),))


@pytest.mark.parametrize(
    ("given", "size", "key"),
    [
        (BadInput(), 50_000_000, Key.FILE_TOO_BIG),
        (BadInput(), 0, Key.FILE_TOO_BIG),
        (BadInput(), 100, Key.FILE_LOST),
        (Refused(), 100, Key.FILE_LOST),
        (b"", 100, Key.FILE_LOST),
    ],
)
async def test_a_file_that_will_never_come_is_told_at_once(
    given: bytes | Exception, size: int, key: Key
) -> None:
    files, problems = await take(given, size=size)
    assert (files, problems) == ((), (say(key, "en", megabytes=25),))


def test_agents_read_that_a_file_is_missing() -> None:
    [line] = lacking(message().attachments, ())
    assert "photo.png" in "".join(span.text for span in line.spans)
