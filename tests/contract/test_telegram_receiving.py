"""Receiving from Telegram with the real SDK: nothing is lost, nothing is confirmed too early."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bots.telegram import polling
from domain.content import Button, Buttons, Content, paragraph
from domain.errors import Misconfigured, Unavailable
from domain.inbound import (
    AddressMoved,
    Blocked,
    ButtonPressed,
    CommandReceived,
    MessageEdited,
    MessageReceived,
)
from sandbox.stand import until
from tests.contract.telegram_case import OTHER, PERSON, TOKEN, Case, make_channel, serve, telegram_case

SECRET = "s3cret_Value-1"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8 + b"\0\0\0\x02\0\0\0\x03"


@pytest.fixture
async def case() -> AsyncIterator[Case]:
    async with telegram_case() as running:
        yield running
    assert running.faults() == []


@pytest.fixture
async def hooked() -> AsyncIterator[tuple[Case, str]]:
    """A case in webhook mode and the address of its webhook."""
    async with telegram_case(run=False) as case:

        async def deliver(request: web.Request) -> web.StreamResponse:
            handlers = {(method, path): handler for method, path, handler in case.channel.routes()}
            return await handlers[request.method, request.path](request)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", deliver)
        async with serve(app) as url:
            case.channel = make_channel(case.url, case.blobs, mode="webhook", secret=SECRET, webhook_url=url)
            case.start()
            await case.connected()
            yield case, f"{url}/webhooks/telegram/telegram"


async def test_what_a_customer_does_arrives_in_order(case: Case) -> None:
    said = await case.act("say", text="Where is it?")
    await case.act("edit", bubble=said["bubble"], text="Where is parcel 77?")
    await case.act("command", name="/human", text="please")
    await case.event(CommandReceived)
    assert [type(event) for event in case.accepted] == [MessageReceived, MessageEdited, CommandReceived]
    edited, command = case.accepted[1:]
    assert isinstance(edited, MessageEdited)
    assert isinstance(command, CommandReceived)
    assert (edited.ref.id, edited.text) == (said["bubble"], "Where is parcel 77?")
    assert (command.name, command.text) == ("human", "please")


@pytest.mark.trap(5)
async def test_an_update_is_confirmed_only_after_it_is_stored(case: Case) -> None:
    case.hold = asyncio.Event()
    said = await case.act("say", text="first")
    await until(lambda: case.begun)
    offsets = [r.body.get("offset", 0) for r in case.stand.requests if r.method == "getUpdates"]
    assert all(offset <= said["update_id"] for offset in offsets)
    case.hold.set()
    await case.event(MessageReceived)
    await until(lambda: not case.stand.updates[TOKEN].pending)


@pytest.mark.trap(5)
async def test_a_message_that_could_not_be_stored_comes_again(case: Case) -> None:
    case.refuse = [Unavailable()]
    await case.act("say", text="Hello?")
    event = await case.event(MessageReceived)
    assert event.text == "Hello?"
    assert len(case.accepted) == 1


@pytest.mark.trap(5)
async def test_a_message_from_before_a_crash_comes_to_the_next_start(case: Case) -> None:
    case.refuse = [Unavailable()] * 1000
    await case.act("say", text="while it was breaking")
    await until(lambda: len(case.refuse) < 1000)
    await case.stop()
    await case.act("say", text="while it was away")
    case.refuse = []
    await case.restart()
    await case.event(MessageReceived, 2)
    texts = [event.text for event in case.accepted if isinstance(event, MessageReceived)]
    assert texts == ["while it was breaking", "while it was away"]
    await until(lambda: not case.stand.updates[TOKEN].pending)


async def test_stopping_lets_the_message_in_hand_arrive_and_confirms_it(case: Case) -> None:
    case.hold = asyncio.Event()
    await case.act("say", text="just before the stop")
    await until(lambda: case.begun)
    stopping = asyncio.create_task(case.stop())
    await asyncio.sleep(0)
    assert case.accepted == []
    case.hold.set()
    await stopping
    assert [type(event) for event in case.accepted] == [MessageReceived]
    assert case.stand.updates[TOKEN].pending == 0


async def test_stopping_while_nothing_can_be_stored_stops_and_keeps_the_message(case: Case) -> None:
    case.hold, case.refuse = asyncio.Event(), [Unavailable()] * 1000
    await case.act("say", text="kept")
    await until(lambda: case.begun)
    stopping = asyncio.create_task(case.stop())
    await asyncio.sleep(0)
    case.hold.set()
    await asyncio.wait_for(stopping, 10)
    assert case.stand.updates[TOKEN].pending == 1


async def test_a_message_that_our_own_code_stumbles_over_does_not_silence_the_bot(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "ATTEMPTS", 1)
    case.refuse = [KeyError("a bug")]
    await case.act("say", text="stumbling block")
    await case.act("say", text="and on we go")
    assert (await case.event(MessageReceived)).text == "and on we go"


async def test_a_server_without_some_methods_is_no_wrong_token() -> None:
    async with telegram_case(run=False) as case:
        for method in ("setMyCommands", "getUpdates", "getWebhookInfo", "setMessageReaction"):
            case.fail_next(method, 404, "Not Found: method not found")
        assert "reachable" in await case.channel.check()
        case.start()
        await case.act("say", text="hello")
        event = await case.event(MessageReceived)
        await case.channel.react(event.ref, "seen")


@pytest.mark.trap(5)
async def test_a_repeated_update_has_the_source_of_the_first(case: Case) -> None:
    await case.act("say", text="once")
    await case.event(MessageReceived)
    await case.redeliver()
    await until(lambda: len(case.deliveries) == 2)
    assert len({event.source for event in case.deliveries}) == len(case.accepted) == 1


async def test_one_chat_that_can_not_be_stored_does_not_lose_another(case: Case) -> None:
    case.hold = asyncio.Event()
    case.refuse = [Unavailable()]
    await case.act("say", text="mine")
    await case.stand.act(case.stand.pane(OTHER), OTHER, "say", text="yours")
    case.hold.set()
    await until(
        lambda: (
            {event.text for event in case.accepted if isinstance(event, MessageReceived)} == {"mine", "yours"}
        )
    )
    await until(lambda: not case.stand.updates[TOKEN].pending)


async def test_an_update_of_an_unknown_kind_holds_nothing_up(case: Case) -> None:
    await case.stand.inject({"telepathy": {"thought": "hello"}})
    await case.stand.inject({"message": {"text": "neither chat nor date"}})
    await case.act("say", text="after it")
    assert (await case.event(MessageReceived)).text == "after it"
    await until(lambda: not case.stand.updates[TOKEN].pending)


async def test_a_very_long_message_arrives_whole(case: Case) -> None:
    text = "".join(f"{n:06d}, " for n in range(12_500))
    await case.act("say", text=text)
    await until(
        lambda: sum(len(e.text) for e in case.accepted if isinstance(e, MessageReceived)) >= len(text)
    )
    parts = [event.text for event in case.accepted if isinstance(event, MessageReceived)]
    assert "".join(parts) == text


@pytest.mark.trap(13)
async def test_a_button_from_before_a_restart_works_and_its_spinner_stops(case: Case) -> None:
    ask = Content((paragraph("How was it?"), Buttons((Button("rate", "5", "t1.5"),))))
    ref = await case.channel.send(case.address, ask, key="k")
    await case.restart()
    pressed = await case.press(ref.id, "5")
    event = await case.event(ButtonPressed)
    assert (event.action, event.value, event.ref) == ("rate", "t1.5", ref)
    await until(lambda: case.stand.people.answers[pressed["id"]] is not None)


@pytest.mark.trap(12)
async def test_blocking_the_bot_arrives(case: Case) -> None:
    await case.block()
    assert (await case.event(Blocked)).address == case.address


@pytest.mark.trap(18)
async def test_files_are_fetched_with_their_captions(case: Case) -> None:
    await case.act("say", text="It came broken", files=[("box.png", PNG)])
    event = await case.event(MessageReceived)
    assert event.text == "It came broken"
    assert await case.channel.fetch(event.attachments[0]) == PNG


@pytest.mark.trap(19)
async def test_an_album_arrives_as_parts_of_one_group(case: Case) -> None:
    await case.act("say", text="Both sides", files=[("a.png", PNG), ("b.png", PNG), ("c.pdf", b"%PDF")])
    await case.event(MessageReceived, 3)
    events = [event for event in case.accepted if isinstance(event, MessageReceived)]
    assert len({event.group for event in events}) == 1
    assert events[0].group
    assert [event.text for event in events] == ["Both sides", "", ""]


@pytest.mark.trap(15)
async def test_a_group_that_becomes_a_supergroup_is_told_and_followed() -> None:
    async with telegram_case(run=False) as case:
        pane = case.stand.group("Helpers", [PERSON])
        case.channel = make_channel(case.url, case.blobs, groups=frozenset({pane}))
        case.start()
        await case.stand.act(pane, PERSON, "say", text="hello")
        address = (await case.event(MessageReceived)).address
        moved = await case.stand.act(pane, PERSON, "migrate")
        event = await case.event(AddressMoved)
        assert (event.address, event.to.channel) == (address, str(moved["chat"]))
        await case.stand.act(moved["pane"], PERSON, "say", text="still here?")
        await case.event(MessageReceived, 2)
        last = case.accepted[-1]
        assert isinstance(last, MessageReceived)
        assert last.address.channel == str(moved["chat"])


async def test_commands_are_registered_in_each_language(case: Case) -> None:
    account = case.stand.world.accounts[TOKEN]
    await until(lambda: {"", "de"} <= {language for _, language in account.commands})
    registered = {language: commands for (_, language), commands in account.commands.items()}
    assert registered["de"] == [{"command": "human", "description": "Mit einem Menschen sprechen"}]
    assert registered[""] == [{"command": "human", "description": "Talk to a person"}]
    assert case.pane_now().commands == [("/human", "Mit einem Menschen sprechen")]


async def test_a_wrong_token_is_explained_without_showing_it() -> None:
    async with telegram_case(run=False) as case:
        channel = make_channel(case.url, case.blobs, token="1:wrong-token")
        with pytest.raises(Misconfigured, match="@BotFather") as raised:
            await channel.run(case.accept)
        with pytest.raises(Misconfigured, match="telegram"):
            await channel.check()
        assert "wrong-token" not in str(raised.value)
        assert raised.value.__cause__ is None
        await channel.close()


async def test_a_withdrawn_token_ends_the_run_with_advice(case: Case) -> None:
    case.fail_next("getUpdates", 401, "Unauthorized", times=5)
    await case.act("say", text="wake up")
    assert case.running is not None
    with pytest.raises(Misconfigured, match="@BotFather"):
        await case.running
    case.running = None


async def test_a_failing_network_is_tried_again() -> None:
    async with telegram_case(run=False) as case:
        case.fail_next("getMe", 502, "Bad Gateway")
        case.fail_next("getUpdates", 500, "Internal Server Error")
        case.start()
        await case.act("say", text="are you there?")
        assert (await case.event(MessageReceived)).text == "are you there?"


async def test_a_menu_that_cannot_be_set_holds_up_no_message() -> None:
    async with telegram_case(run=False) as case:
        case.fail_next("setMyCommands", 502, "Bad Gateway", times=3)
        case.start()
        await case.act("say", text="hello?")
        assert (await case.event(MessageReceived)).text == "hello?"
        await until(lambda: len(case.calls("setMyCommands")) == 2)  # told in the end, in both languages


async def test_a_server_that_knows_no_webhooks_is_polled_all_the_same() -> None:
    async with telegram_case(run=False) as case:
        case.fail_next("deleteWebhook", 404, "Not Found: method not found")
        case.start()
        await case.act("say", text="hello?")
        assert (await case.event(MessageReceived)).text == "hello?"


async def test_the_token_is_in_no_log_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with telegram_case() as case:
        await case.act("say", text="hello")
        await case.event(MessageReceived)
    assert TOKEN not in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text


async def test_a_webhook_delivers_and_button_spinners_stop(hooked: tuple[Case, str]) -> None:
    case, _ = hooked
    await case.act("say", text="by webhook")
    assert (await case.event(MessageReceived)).text == "by webhook"
    set_webhook = case.calls("setWebhook")[0]
    assert set_webhook["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
    assert set_webhook["secret_token"] == SECRET
    assert await case.channel.check() == "@deskmate_bot is reachable, webhook"


async def test_a_webhook_message_that_could_not_be_stored_comes_again(hooked: tuple[Case, str]) -> None:
    case, _ = hooked
    case.refuse = [Unavailable()]
    await case.act("say", text="hold on")
    await case.event(MessageReceived)
    await until(lambda: case.stand.updates[TOKEN].webhook.attempts == [503, 200])


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b'{"update_id": 1}', 403),
        ({HEADER: "wrong"}, b'{"update_id": 1}', 403),
        ({HEADER: "wr\u00f6ng"}, b'{"update_id": 1}', 403),
        ({HEADER: SECRET}, b"{not json", 400),
        ({HEADER: SECRET}, b"[]", 400),
        ({HEADER: SECRET}, b'{"message": {}}', 400),
        ({HEADER: SECRET}, b"[" * 100_000, 400),
        ({HEADER: SECRET}, b'{"update_id": 1, "x": "' + b"x" * 1_100_000 + b'"}', 413),
        ({HEADER: SECRET}, b'{"update_id": 1, "message": {"text": "no chat"}}', 200),
        ({HEADER: SECRET}, b'{"update_id": 1, "telepathy": {}}', 200),
    ],
)
async def test_a_webhook_call_that_is_no_update_stores_nothing(
    hooked: tuple[Case, str], headers: dict[str, str], body: bytes, status: int
) -> None:
    case, url = hooked
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=io.BytesIO(body), headers=headers) as response,
    ):
        assert response.status == status
    assert case.accepted == []


async def test_the_secret_of_one_bot_opens_no_other_bots_webhook() -> None:
    async with telegram_case(run=False) as case:
        app = web.Application()
        options = {"mode": "webhook", "webhook_url": "https://x.example"}
        channels = [
            make_channel(case.url, case.blobs, bot=bot, secret=f"of-{bot}", **options) for bot in "ab"
        ]
        app.add_routes([web.route(*route) for channel in channels for route in channel.routes()])
        statuses = {}
        async with serve(app) as url, aiohttp.ClientSession() as http:
            for bot in "ab":
                call = http.post(
                    f"{url}/webhooks/telegram/{bot}", json={"update_id": 1}, headers={HEADER: "of-a"}
                )
                async with call as response:
                    statuses[bot] = response.status
        assert statuses == {"a": 503, "b": 403}
        for channel in channels:
            await channel.close()


async def test_a_webhook_call_before_the_start_is_asked_to_come_again() -> None:
    async with telegram_case(run=False) as case:
        channel = make_channel(
            case.url, case.blobs, mode="webhook", secret=SECRET, webhook_url="https://x.example"
        )
        app = web.Application()
        app.add_routes([web.route(*route) for route in channel.routes()])
        async with serve(app) as url, aiohttp.ClientSession() as http:
            call = http.post(
                f"{url}/webhooks/telegram/telegram", json={"update_id": 1}, headers={HEADER: SECRET}
            )
            async with call as response:
                assert response.status == 503
        await channel.close()


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        ({"secret": SECRET}, "web.public_url"),
        ({"webhook_url": "https://x.example"}, "secret_env"),
        ({"webhook_url": "https://x.example", "secret": "with spaces"}, "letters, digits"),
    ],
)
async def test_a_webhook_without_address_or_secret_is_explained(options: dict[str, str], advice: str) -> None:
    async with telegram_case(run=False) as case:
        channel = make_channel(case.url, case.blobs, mode="webhook", **options)
        with pytest.raises(Misconfigured, match=advice):
            await channel.run(case.accept)
        with pytest.raises(Misconfigured, match=advice):
            await channel.check()


async def test_a_bot_without_a_token_is_explained() -> None:
    async with telegram_case(run=False) as case:
        with pytest.raises(Misconfigured, match="@BotFather"):
            make_channel(case.url, case.blobs, token=" ")


async def test_a_webhook_address_that_telegram_refuses_is_explained() -> None:
    async with telegram_case(run=False) as case:
        options = {"mode": "webhook", "secret": SECRET, "webhook_url": "http://desk.example.com"}
        channel = make_channel(case.url, case.blobs, **options)
        with pytest.raises(Misconfigured, match="public https address"):
            await channel.run(case.accept)
