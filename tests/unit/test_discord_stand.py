"""The stand-in is as strict as Discord, seen with a bare HTTP and websocket client."""

import aiohttp
import pytest
from aiohttp import WSMsgType
from aiohttp.test_utils import TestServer

from sandbox.discord import DiscordStand

INTENTS = 1 << 0 | 1 << 12


@pytest.fixture
async def stand():
    return DiscordStand(people=["Dana"])


@pytest.fixture
async def server(stand):
    async with TestServer(stand.app()) as running:
        yield running


@pytest.fixture
async def client(server, stand):
    headers = {"Authorization": f"Bot {stand.token}"}
    async with aiohttp.ClientSession(base_url=server.make_url("/"), headers=headers) as session:
        yield session


@pytest.fixture
def post(client, stand):
    async def post(body, channel=None):
        path = f"/api/v10/channels/{channel or stand.dm('Dana').id}/messages"
        async with client.post(path, json=body) as response:
            return response, await response.json()

    return post


def row(number, **button):
    made = [{"type": 2, "style": 2, "label": "x", "custom_id": f"{n}"} | button for n in range(number)]
    return {"type": 1, "components": made}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": "x" * 2001}, 50035),
        ({"content": " \n"}, 50006),
        ({}, 50006),
        ({"content": "x", "embeds": [{"description": "x" * 4097}]}, 50035),
        ({"content": "x", "embeds": [{"description": "x" * 3500}] * 2}, 50035),
        ({"content": "x", "embeds": [{"description": "x"}] * 11}, 50035),
        ({"content": "x", "components": [row(1)] * 6}, 50035),
        ({"content": "x", "components": [row(6)]}, 50035),
        ({"content": "x", "components": [row(1, label="x" * 81)]}, 50035),
        ({"content": "x", "components": [row(1, custom_id="x" * 101)]}, 50035),
        ({"content": "x", "components": [row(2, custom_id="same")]}, 50035),
        ({"content": "x", "components": [row(1, label="")]}, 50035),
        ({"content": "x", "nonce": "x" * 26, "enforce_nonce": True}, 50035),
        ({"content": "x", "enforce_nonce": True}, 50035),
    ],
)
async def test_what_discord_refuses_is_refused(post, body, code):
    response, answer = await post(body)
    assert (response.status, answer["code"]) == (400, code)


async def test_the_content_type_has_no_charset(post):
    response, _ = await post({"content": "x"})
    assert response.headers["Content-Type"] == "application/json"


async def test_unknown_places_and_closed_doors(post, stand):
    response, answer = await post({"content": "x"}, channel="1")
    assert (response.status, answer["code"]) == (404, 10003)
    await stand.act("", "Dana", "close")
    response, answer = await post({"content": "x"})
    assert (response.status, answer["code"]) == (403, 50007)


async def test_a_wrong_token_is_unauthorized(server):
    wrong = {"Authorization": "Bot wrong"}
    path = server.make_url("/api/v10/users/@me")
    async with aiohttp.ClientSession(headers=wrong) as session, session.get(path) as response:
        assert response.status == 401


async def test_too_many_messages_are_limited_by_channel(post, stand):
    stand.api.bucket.limit, stand.api.bucket.seconds = 2, 60.0
    responses = [await post({"content": "x"}) for _ in range(3)]
    assert [response.headers.get("X-RateLimit-Remaining") for response, _ in responses] == ["1", "0", "0"]
    response, answer = responses[-1]
    assert response.status == 429
    assert 0 < float(response.headers["Retry-After"]) == answer["retry_after"] <= 60
    other, _ = await post({"content": "x"}, channel=stand.dm("Robin").id)
    assert other.status == 200


async def test_a_nonce_counts_once_only_when_enforced(post, stand):
    body = {"content": "x", "nonce": "n", "enforce_nonce": True}
    ids = {(await post(body))[1]["id"] for _ in range(2)}
    assert len(ids) == 1
    assert (await post({"content": "x", "nonce": "n"}))[1]["id"] not in ids


async def test_a_body_that_breaks_the_description_is_recorded(post, stand):
    if not stand.schema.present:
        pytest.skip("needs shared/specs/discord-openapi.json")
    await post({"content": "x", "flags": "four"})
    assert stand.requests[-1].faults
    await post({"content": "x", "flags": 4})
    assert not stand.requests[-1].faults


class Conversation:
    """A gateway connection, spoken by hand."""

    def __init__(self, socket, token):
        self.socket, self.token = socket, token

    async def hear(self):
        frame = await self.socket.receive(timeout=10)
        if frame.type is not WSMsgType.TEXT:
            return self.socket.close_code
        return frame.json()

    async def identify(self, **more):
        await self.socket.send_json({"op": 2, "d": {"token": self.token, "intents": INTENTS} | more})
        return await self.hear()

    async def resume(self, session, seq):
        data = {"token": self.token, "session_id": session, "seq": seq}
        await self.socket.send_json({"op": 6, "d": data})
        return await self.hear()


@pytest.fixture
def connect(client, stand):
    async def connect():
        talk = Conversation(await client.ws_connect("/gw?v=10&encoding=json"), stand.token)
        assert (await talk.hear())["op"] == 10
        return talk

    return connect


async def test_a_session_begins_with_ready_and_beats(connect):
    talk = await connect()
    ready = await talk.identify()
    assert (ready["t"], ready["s"]) == ("READY", 1)
    assert (await talk.hear())["t"] == "GUILD_CREATE"
    await talk.socket.send_json({"op": 1, "d": 1})
    assert (await talk.hear())["op"] == 11


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"op": 2, "d": {"token": "wrong", "intents": 0}}, 4004),
        ({"op": 3, "d": {}}, 4003),
        ({"d": {}}, 4002),
    ],
)
async def test_bad_payloads_close_the_connection(connect, payload, code):
    talk = await connect()
    await talk.socket.send_json(payload)
    assert await talk.hear() == code


async def test_closing_codes_of_a_session(connect, stand):
    talk = await connect()
    await talk.identify()
    await talk.hear()
    assert await talk.identify() == 4005
    talk = await connect()
    await talk.identify()
    await talk.hear()
    await talk.socket.send_json({"op": 99, "d": {}})
    assert await talk.hear() == 4001
    stand.allow(privileged=False)
    talk = await connect()
    assert await talk.identify(intents=1 << 15) == 4014


async def test_a_resumed_session_gets_what_it_missed_and_nothing_else(connect, stand):
    talk = await connect()
    session = (await talk.identify())["d"]["session_id"]
    await talk.hear()
    await stand.act("", "Dana", "say", text="one")
    assert (await talk.hear())["d"]["content"] == "one"
    await stand.drop()
    await stand.act("", "Dana", "say", text="two")
    talk = await connect()
    missed = await talk.resume(session, 3)
    assert (missed["t"], missed["s"], missed["d"]["content"]) == ("MESSAGE_CREATE", 4, "two")
    assert (await talk.hear())["t"] == "RESUMED"


async def test_what_can_not_be_resumed_is_said(connect):
    talk = await connect()
    assert await talk.resume("nobody", 1) == {"op": 9, "d": False, "s": None, "t": None}
    session = (await talk.identify())["d"]["session_id"]
    await talk.hear()
    await talk.socket.close(code=4000)
    talk = await connect()
    assert await talk.resume(session, 99) == 4007


async def test_a_session_that_was_closed_for_good_can_not_be_resumed(connect):
    talk = await connect()
    session = (await talk.identify())["d"]["session_id"]
    await talk.socket.close(code=1000)
    talk = await connect()
    assert (await talk.resume(session, 2))["op"] == 9


async def test_what_was_said_in_a_server_is_hidden_without_the_intent(connect, stand):
    talk = await connect()
    await talk.identify(intents=1 << 9)
    await stand.act("#general", "Dana", "say", text="secret")
    assert (await talk.hear())["d"]["content"] == ""


async def test_an_interaction_is_answered_once_and_in_time(client, stand, connect):
    talk = await connect()
    await talk.identify()
    await talk.hear()
    stand.world.commands[""] = [{"id": "1", "name": "help", "description": "Help"}]

    async def respond(wire, kind=5):
        path = f"/api/v10/interactions/{wire['id']}/{wire['token']}/callback"
        async with client.post(path, json={"type": kind}) as response:
            return response.status, (await response.json())["code"] if response.status != 204 else 0

    await stand.act("", "Dana", "command", name="/help")
    wire = (await talk.hear())["d"]
    assert await respond(wire, 6) == (400, 50035)
    assert await respond(wire) == (204, 0)
    assert await respond(wire) == (400, 40060)
    await stand.act("", "Dana", "command", name="/help")
    while (heard := await talk.hear())["t"] != "INTERACTION_CREATE":
        pass
    late = stand.world.interactions[heard["d"]["id"]]
    late.born -= 4.0
    assert await respond(heard["d"]) == (404, 10062)
    stand.expire_interactions()
    hook = f"/api/v10/webhooks/{stand.world.application}/{wire['token']}"
    async with client.post(hook, json={"content": "x"}) as response:
        assert (response.status, (await response.json())["code"]) == (401, 50027)
