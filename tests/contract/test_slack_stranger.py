"""Slack's adapter against a server that is not ours: only what is documented, with odd edges."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bots.slack.channel import SlackChannel
from domain.content import Content, File, text
from domain.errors import BadInput, Misconfigured, RateLimited, Refused, Unavailable, Unreachable
from domain.ids import Address, BotId, Identity, MessageRef, Platform
from domain.inbound import Attachment, Event, MessageDeleted, MessageEdited, MessageReceived
from sandbox.slack_deliver import Signed
from sandbox.stand import until
from tests.contract.slack_case import SIGNING_SECRET, Blobs, make_channel, serve
from tests.contract.strangers import Answer, Stranger, plain, stranger, told

HTML = "<html><h1>502 Bad Gateway</h1>nginx</html>"
ME = {
    "ok": True,
    "url": "https://x.slack.com/",
    "team": "X",
    "user": "desk",
    "team_id": "T1",
    "user_id": "UBOT",
}
PLACE = Address(platform=Platform.SLACK, bot=BotId("slack"), workspace="T1", channel="C1")
MESSAGE = {"type": "message", "channel": "C1", "user": "U1", "text": "Hello", "ts": "1700000000.000100"}


def ok(**more: Any) -> Answer:
    return told({"ok": True, **more}, charset=True)


def no(error: str, status: int = 200, **headers: str) -> Answer:
    return told({"ok": False, "error": error}, status, charset=True, **headers)


USUAL = {
    "POST /api/auth.test": told(ME, charset=True),
    "POST /api/chat.postMessage": ok(ts="1700000001.000200", warning="missing_charset", new={"x": 1}),
    "POST /api/chat.update": ok(),
    "POST /api/users.info": ok(user={"id": "U1"}),
    "GET /api/users.info": ok(user={"id": "U1"}),
}


@pytest.fixture
async def server() -> AsyncIterator[Stranger]:
    async with stranger(dict(USUAL)) as made:
        yield made


def channel(server: Stranger, **changes: Any) -> SlackChannel:
    return make_channel(server.url, blobs=Blobs(), **{"channel": "C1", **changes})


# Answers


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (plain(HTML, 502), Unavailable),
        (plain(HTML), Unavailable),
        (lambda: web.Response(text="ok"), Unavailable),
        (told([1, 2], charset=True), Unavailable),
        (lambda: web.Response(text="{oops", content_type="application/json"), Unavailable),
        (told({"ok": False}, charset=True), Unavailable),
        (no("internal_error", 500), Unavailable),
        (no("token_revoked"), Unavailable),
        (no("something_new"), Refused),
        (no("is_archived"), Unreachable),
    ],
)
async def test_every_answer_has_its_meaning(server: Stranger, answer: Answer, fault: type[Exception]) -> None:
    server.then("POST /api/chat.postMessage", answer)
    with pytest.raises(fault):
        await channel(server).send(PLACE, text("Hello"), key="k")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (no("ratelimited", 429, **{"Retry-After": "7"}), 7.0),
        (no("ratelimited"), 10.0),
        (no("rate_limited", 429, **{"retry-after": "soon"}), 10.0),
        (plain("slow down", 429, **{"Retry-After": "3"}), 3.0),
    ],
)
async def test_a_wish_to_slow_down_is_understood_however_it_comes(
    server: Stranger, answer: Answer, seconds: float
) -> None:
    server.then("POST /api/chat.postMessage", answer)
    with pytest.raises(RateLimited) as caught:
        await channel(server).send(PLACE, text("Hello"), key="k")
    assert caught.value.retry_after == seconds


async def test_a_sparse_answer_is_enough(server: Stranger) -> None:
    desk = channel(server)
    ref = await desk.send(PLACE, text("Hello"), key="k")
    assert ref == MessageRef(address=PLACE, id="1700000001.000200")
    await desk.edit(ref, text("Hello!"))
    assert await desk.profile(Identity(platform=Platform.SLACK, workspace="T1", user="U1")) == "U1"


async def test_a_file_goes_up_where_the_server_says_and_may_be_shared_silently(server: Stranger) -> None:
    blobs = Blobs({"a": b"bytes"})
    server.usual |= {
        "POST /api/files.getUploadURLExternal": ok(upload_url=f"{server.url}/elsewhere?u=1", file_id="F1"),
        "GET /api/files.getUploadURLExternal": ok(upload_url=f"{server.url}/elsewhere?u=1", file_id="F1"),
        "POST /elsewhere": lambda: web.Response(text="OK - 5"),
        "POST /api/files.completeUploadExternal": ok(files=[{"id": "F1"}]),
        "POST /api/files.info": no("unknown_method"),
        "GET /api/files.info": no("unknown_method"),
    }
    desk = make_channel(server.url, blobs=blobs, channel="C1")
    ref = await desk.send(PLACE, Content((File("a", "a.txt", "text/plain", 5),)), key="k")
    assert ref.id == "F1"
    assert "POST /elsewhere" in server.called


async def test_a_file_of_a_strange_host_is_not_fetched_with_our_token(server: Stranger) -> None:
    with pytest.raises(BadInput):
        await channel(server).fetch(
            Attachment(handle="F1 http://evil.example/f", name="f", mime="text/plain", size=1)
        )


async def test_the_doctor_bears_an_answer_without_the_channel(server: Stranger) -> None:
    desk = channel(server, mode="http")
    for method in ("GET", "POST"):
        server.usual[f"{method} /api/conversations.info"] = ok()
    assert "#C1" in await desk.check()


# Events over HTTP


@dataclass
class Hooked:
    """The adapter in HTTP mode, and somebody who signs."""

    desk: SlackChannel
    signed: Signed
    events: list[Event] = field(default_factory=list)

    async def post(self, path: str, body: bytes, **headers: str) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{self.signed.url}/{path}", data=body, headers={**self.signed.headers(body), **headers}
            ) as answer,
        ):
            return answer.status, await answer.text()

    async def event(self, event: Mapping[str, Any], **headers: str) -> int:
        """Only what every event has by Slack's documentation."""
        body = json.dumps({"type": "event_callback", "team_id": "T1", "event": event}).encode()
        status, _ = await self.post("events", body, **{"Content-Type": "application/json", **headers})
        return status


@pytest.fixture
async def hooked(server: Stranger) -> AsyncIterator[Hooked]:
    desk = channel(server, mode="http")
    app = web.Application()
    for method, path, handler in desk.routes():
        app.router.add_route(method, path, handler)
    runner, url = await serve(app)
    made = Hooked(desk, Signed(url=f"{url}/webhooks/slack", secret=SIGNING_SECRET))

    async def accept(event: Event) -> None:
        made.events.append(event)

    running = asyncio.create_task(desk.run(accept))
    await until(lambda: desk._in.accept)
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await runner.cleanup()


async def test_slacks_questions_before_the_first_event_are_answered(hooked: Hooked) -> None:
    asked = json.dumps({"type": "url_verification", "token": "x", "challenge": "c4fe"}).encode()
    status, words = await hooked.post("events", asked, **{"Content-Type": "application/json"})
    assert (status, "c4fe" in words) == (200, True)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await hooked.post("commands", b"ssl_check=1&token=x", **form))[0] == 200


@pytest.mark.trap(3)
async def test_a_sparse_message_is_read_and_its_repetition_is_the_same(hooked: Hooked) -> None:
    assert await hooked.event(MESSAGE) == 200
    again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert await hooked.event(MESSAGE | {"unheard_of": [1], "event_ts": "1.1"}, **again) == 200
    first, second = hooked.events
    assert isinstance(first, MessageReceived)
    assert (first.text, first.source) == ("Hello", second.source)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"subtype": "thread_broadcast", "thread_ts": "1690000000.000100"}, MessageReceived),
        ({"subtype": "file_share", "files": [{"id": "F1"}]}, MessageReceived),
        ({"subtype": "bot_message", "bot_id": "B9"}, None),
        ({"bot_id": "B9"}, None),
        ({"user": "UBOT"}, None),
        ({"subtype": "channel_join"}, None),
        ({"subtype": "message_replied", "message": MESSAGE}, None),
        ({"subtype": "never_heard_of"}, None),
        ({"ts": "not a time"}, None),
        ({"ts": None}, None),
    ],
)
async def test_messages_of_every_kind_are_taken_or_left(
    hooked: Hooked, more: dict[str, Any], kind: type[Event] | None
) -> None:
    assert await hooked.event({key: value for key, value in (MESSAGE | more).items() if value}) == 200
    assert [type(event) for event in hooked.events] == ([kind] if kind else [])


async def test_changes_and_deletions_with_little_told_are_understood(hooked: Hooked) -> None:
    change = {"type": "message", "channel": "C1", "ts": "1700000009.000100", "hidden": True}
    changed = change | {"subtype": "message_changed", "message": MESSAGE | {"text": "Bye"}}
    assert await hooked.event(changed | {"previous_message": MESSAGE}) == 200
    unfolded = change | {"subtype": "message_changed", "message": MESSAGE, "previous_message": MESSAGE}
    assert await hooked.event(unfolded) == 200
    assert await hooked.event(change | {"subtype": "message_changed", "message": MESSAGE}) == 200
    gone = change | {"subtype": "message_deleted", "deleted_ts": MESSAGE["ts"]}
    assert await hooked.event(gone) == 200
    assert await hooked.event(gone | {"previous_message": MESSAGE}) == 200
    edited, deleted = hooked.events
    assert isinstance(edited, MessageEdited)
    assert edited.text == "Bye"
    assert isinstance(deleted, MessageDeleted)
    assert deleted.ref.id == MESSAGE["ts"]


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_closed", "user": {"id": "U1"}, "team": {"id": "T1"}, "view": {}},
        {"type": "shortcut", "user": {"id": "U1"}, "team": {"id": "T1"}, "callback_id": "x"},
        {"type": "block_actions", "user": {"id": "U1"}, "team": None, "actions": [{}]},
        {"type": "message_action", "user": {"id": "U1"}, "team": {"id": "T1"}, "callback_id": "kb_shortcut"},
        {
            "type": "view_submission",
            "user": {"id": "U1"},
            "view": {"type": "modal", "callback_id": "form:x", "id": "V", "private_metadata": "{"},
        },
    ],
)
async def test_interactions_that_are_not_ours_or_broken_are_acknowledged(
    hooked: Hooked, payload: dict[str, Any]
) -> None:
    body = aiohttp.FormData({"payload": json.dumps(payload)})().decode()  # type: ignore[no-untyped-call]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await hooked.post("interactions", body.encode(), **form))[0] == 200
    assert hooked.events == []


# Socket Mode


@dataclass
class Sockets:
    """Connections as Slack opens them: a greeting, envelopes, and notice before an end."""

    url: str = ""
    opened: list[web.WebSocketResponse] = field(default_factory=list)
    acks: list[Mapping[str, Any]] = field(default_factory=list)

    async def open(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "url": self.url.replace("http", "ws", 1) + "/link?ticket=1"})

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        session = web.WebSocketResponse()
        await session.prepare(request)
        hello = {"type": "hello", "num_connections": len(self.opened) + 1, "debug_info": {"host": "x"}}
        await session.send_json(hello)
        self.opened.append(session)
        async for frame in session:
            with suppress(ValueError):
                self.acks.append(json.loads(frame.data))
        return session

    async def send(self, ident: str, event: Mapping[str, Any], **more: Any) -> None:
        payload = {"type": "event_callback", "team_id": "T1", "event": event}
        envelope = {"envelope_id": ident, "type": "events_api", "payload": payload, **more}
        await self.opened[-1].send_json(envelope)

    def acked(self) -> list[str]:
        return [str(one.get("envelope_id")) for one in self.acks]


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_notice_before_an_end_leads_to_a_new_connection_and_nothing_is_lost(reason: str) -> None:
    sockets, app = Sockets(), web.Application()
    app.router.add_post("/api/apps.connections.open", sockets.open)
    app.router.add_post("/api/auth.test", told_as(ME))
    app.router.add_get("/link", sockets.link)
    app.router.add_get("/api/users.info", told_as({"ok": False, "error": "user_not_found"}))
    runner, sockets.url = await serve(app)
    desk, events = make_channel(sockets.url, blobs=Blobs(), channel="C1"), list[Event]()

    async def accept(event: Event) -> None:
        events.append(event)

    running = asyncio.create_task(desk.run(accept))
    try:
        await until(lambda: sockets.opened)
        await sockets.send(
            "e1", MESSAGE, accepts_response_payload=False, retry_attempt=2, retry_reason="timeout"
        )
        await until(lambda: "e1" in sockets.acked())
        await sockets.opened[0].send_json({"type": "never_heard_of", "envelope_id": "e0"})
        await sockets.opened[0].send_json({"type": "disconnect", "reason": reason, "debug_info": {}})
        await until(lambda: len(sockets.opened) == 2)
        await sockets.send("e2", MESSAGE | {"ts": "1700000002.000100"})
        await until(lambda: "e2" in sockets.acked())
        assert [type(event) for event in events] == [MessageReceived, MessageReceived]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await runner.cleanup()


def told_as(body: Mapping[str, Any]) -> Any:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(body)

    return answer


async def test_a_socket_that_is_switched_off_in_the_app_says_so(server: Stranger) -> None:
    server.usual["POST /api/apps.connections.open"] = no("not_allowed_token_type")
    with pytest.raises(Misconfigured, match="xapp-"):
        await channel(server).run(lambda event: asyncio.sleep(0))
