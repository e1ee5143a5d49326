"""Telegram's adapter against a Bot API server that is not ours: only what is documented, with odd edges."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from bots.telegram.channel import TelegramChannel
from domain.content import Content, File, paragraph, text
from domain.errors import BadInput, RateLimited, Refused, Unavailable, Unreachable
from domain.ids import Address, Platform
from domain.inbound import Attachment, Event, MessageEdited, MessageReceived
from sandbox.stand import until
from tests.contract.strangers import Stranger, plain, stranger, told
from tests.contract.telegram_case import BOT, Blobs, make_channel

ME = {"id": 42, "is_bot": True, "first_name": "Desk", "username": "desk_bot", "new_field": {"x": 1}}
CHAT = {"id": 77, "type": "private", "first_name": "Ann", "future": True}
SENT = {"message_id": 5, "date": 1767600000, "chat": CHAT, "text": "Hello", "unheard_of": []}
PLACE = Address(platform=Platform.TELEGRAM, bot=BOT, workspace=BOT, channel="77")
HTML = "<html><h1>502 Bad Gateway</h1>nginx</html>"


def ok(result: Any) -> Any:
    return told({"ok": True, "result": result}, charset=True)


def no(code: int, description: str = "", *, status: int = 0, **parameters: Any) -> Any:
    """A failure; ``status`` where the HTTP status is another one."""
    body: dict[str, Any] = {"ok": False, "error_code": code}
    if description:
        body["description"] = description
    if parameters:
        body["parameters"] = parameters
    return told(body, status or code, charset=True)


USUAL = {
    "getMe": ok(ME),
    "setMyCommands": ok(True),
    "deleteWebhook": ok(True),
    "getUpdates": ok([]),
    "sendMessage": ok(SENT),
}


@pytest.fixture
async def server() -> AsyncIterator[Stranger]:
    async with stranger(dict(USUAL)) as running:
        yield running


@pytest.fixture
async def channel(server: Stranger) -> AsyncIterator[TelegramChannel]:
    made = make_channel(server.url, Blobs({"a.pdf": b"one", "b.pdf": b"two"}))
    yield made
    await made.close()


async def test_a_message_is_sent(server: Stranger, channel: TelegramChannel) -> None:
    assert (await channel.send(PLACE, text("Hello"), key="k")).id == "5"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (no(403, "Forbidden: bot was blocked by the user", status=200), Unreachable),
        (no(400, "Bad Request: chat not found", status=200), Unreachable),
        (no(400, "Bad Request: something new", status=200), Refused),
        (no(400, status=200), Refused),
        (told({"ok": False}), Refused),
        (no(500, "Internal Server Error", status=200), Unavailable),
        (no(502), Unavailable),
        (plain(HTML, 502), Unavailable),
        (plain("", 503), Unavailable),
        (plain(HTML, 200), Unavailable),
        (told([1, 2]), Unavailable),
    ],
)
async def test_failures_are_understood_however_they_are_told(
    server: Stranger, channel: TelegramChannel, answer: Any, error: type[Exception]
) -> None:
    server.then("sendMessage", answer)
    with pytest.raises(error):
        await channel.send(PLACE, text("Hello"), key="k")


@pytest.mark.trap(11)
@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (no(429, "Too Many Requests: retry after 7", retry_after=7), 7),
        (no(429, "Too Many Requests: retry after 7", status=200, retry_after=7), 7),
        (no(429, "Too Many Requests", retry_after=0.5), 0.5),
        (no(429, "Too Many Requests: retry after 9"), 9),
        (no(429), 5),
        (plain("Too Many Requests", 429), 5),
    ],
)
async def test_a_wish_to_slow_down_is_understood_however_it_is_told(
    server: Stranger, channel: TelegramChannel, answer: Any, seconds: float
) -> None:
    server.then("sendMessage", answer)
    with pytest.raises(RateLimited) as caught:
        await channel.send(PLACE, text("Hello"), key="k")
    assert caught.value.retry_after == seconds


async def test_updates_with_unknown_and_without_optional_fields_arrive(
    server: Stranger, channel: TelegramChannel
) -> None:
    person = {"id": 77, "is_bot": False, "first_name": "Ann"}
    wrote = {"message_id": 1, "date": 1767600000, "chat": CHAT, "from": person}
    server.then(
        "getUpdates",
        no(409, "Conflict: terminated by other getUpdates request"),
        plain(HTML, 502),
        ok(
            [
                {"update_id": 900000001, "message": wrote | {"text": "Hi", "brand_new": {"a": [1]}}},
                {"update_id": 900000002, "some_future_update": {"id": 1}},
                {"update_id": 900000003, "edited_message": wrote | {"text": "Hi!"}},
                {"update_id": 900000004, "message": {"message_id": 2}},
            ]
        ),
    )
    accepted: list[Event] = []

    async def accept(event: Event) -> None:
        accepted.append(event)

    running = asyncio.create_task(channel.run(accept))
    await until(lambda: len(accepted) == 2)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert [type(event) for event in accepted] == [MessageReceived, MessageEdited]
    assert accepted[0].address == PLACE


async def test_a_file_that_the_server_does_not_give_away_is_bad_input(
    server: Stranger, channel: TelegramChannel
) -> None:
    server.usual["getFile"] = ok({"file_id": "f", "file_unique_id": "u"})
    with pytest.raises(BadInput):
        await channel.fetch(Attachment(handle="f", name="log.txt", mime="text/plain"))


async def test_a_server_without_albums_gets_the_files_one_by_one(
    server: Stranger, channel: TelegramChannel
) -> None:
    server.usual["sendDocument"] = ok(SENT)
    files = [File(blob=name, name=name, mime="application/pdf") for name in ("a.pdf", "b.pdf")]
    (piece,) = channel.split(Content((paragraph("Both"), *files)))
    assert (await channel.send(PLACE, piece, key="k")).id == "5+5"
    assert server.called[-3:] == ["sendMediaGroup", "sendDocument", "sendDocument"]


async def test_a_file_that_looks_like_a_failure_is_a_file(server: Stranger, channel: TelegramChannel) -> None:
    server.usual["getFile"] = ok({"file_id": "f", "file_unique_id": "u", "file_path": "documents/log.json"})
    server.usual["log.json"] = told({"ok": False})
    kept = await channel.fetch(Attachment(handle="f", name="log.json", mime="application/json"))
    assert kept == b'{"ok": false}'
