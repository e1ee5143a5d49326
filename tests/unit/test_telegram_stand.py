"""The stand-in for Telegram is as strict and as forgiving as the Bot API's documentation says."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.stand import until
from sandbox.telegram import Person, TelegramStand
from tests.contract.telegram_case import serve

TOKEN, SECOND = "7000000001:first", "7000000002:second"
MARA = "Mara Lind"


def mark(kind: str, offset: int, length: int) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length}


class Bot:
    """A client without an SDK."""

    def __init__(self, stand: TelegramStand, url: str, http: aiohttp.ClientSession) -> None:
        self.stand, self.url, self.http = stand, url, http
        self.chat = stand.world.person(MARA).id
        self.pane = stand.pane(MARA)

    async def call(self, method: str, token: str = TOKEN, **body: Any) -> dict[str, Any]:
        async with self.http.post(f"{self.url}/bot{token}/{method}", json=body) as response:
            answer: dict[str, Any] = await response.json()
            assert answer.get("error_code", 200) == response.status
            return answer

    async def refusal(self, method: str, **body: Any) -> str:
        answer = await self.call(method, **body)
        assert not answer["ok"]
        return f"{answer['error_code']} {answer['description']}"

    async def send(self, text: str, **body: Any) -> dict[str, Any]:
        answer = await self.call("sendMessage", chat_id=self.chat, text=text, **body)
        assert answer["ok"], answer
        message: dict[str, Any] = answer["result"]
        return message

    async def updates(self, **body: Any) -> list[dict[str, Any]]:
        answer = await self.call("getUpdates", **body)
        assert answer["ok"], answer
        result: list[dict[str, Any]] = answer["result"]
        return result


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    stand = TelegramStand(
        bots={TOKEN: "first_bot", SECOND: "second_bot"}, people=[Person(name=MARA, language="de"), "Jo"]
    )
    async with serve(stand.app()) as url, aiohttp.ClientSession() as http:
        await stand.act(stand.pane(MARA), MARA, "start")
        yield Bot(stand, url, http)
    assert stand.update_faults() == []


async def test_all_four_ways_to_pass_parameters_are_read(bot: Bot) -> None:
    address, fields = f"{bot.url}/bot{TOKEN}/sendMessage", {"chat_id": str(bot.chat), "text": "hi"}
    form = aiohttp.FormData(fields)
    parts = aiohttp.MultipartWriter("form-data")
    for name, value in fields.items():
        parts.append(value).set_content_disposition("form-data", name=name)
    for options in (
        {"params": fields},
        {"json": fields | {"chat_id": bot.chat}},
        {"data": form},
        {"data": parts},
    ):
        async with bot.http.post(address, **options) as response:  # type: ignore[arg-type]
            assert (await response.json())["ok"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"text": ""}, "400 Bad Request: message text is empty"),
        ({"text": " \n "}, "400 Bad Request: message text is empty"),
        ({"text": "x" * 4097}, "400 Bad Request: message is too long"),
        ({"text": "😀" * 2049}, "400 Bad Request: message is too long"),
        ({"text": "hi", "chat_id": 1}, "400 Bad Request: chat not found"),
        (
            {"text": "<b>hi", "parse_mode": "HTML"},
            "400 Bad Request: can't parse entities: Can't find end tag",
        ),
        (
            {"text": "<x>hi</x>", "parse_mode": "HTML"},
            "400 Bad Request: can't parse entities: Unsupported start tag",
        ),
        ({"text": "😀", "entities": [mark("bold", 1, 1)]}, "400 Bad Request: entity ends in"),
        ({"text": "hi", "entities": [mark("bold", 0, 3)]}, "400 Bad Request: entity ends after"),
        ({"text": "hi", "entities": [mark("loud", 0, 1)]}, "400 Bad Request: can't parse"),
        (
            {"text": "abc", "entities": [mark("bold", 0, 2), mark("italic", 1, 2)]},
            "400 Bad Request: can't parse entities: entities cross",
        ),
        (
            {"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "x" * 65}]]}},
            "400 Bad Request: BUTTON_DATA_INVALID",
        ),
        ({"text": "a", "message_thread_id": 7}, "400 Bad Request: message thread not found"),
        (
            {"text": "a", "reply_parameters": {"message_id": 99}},
            "400 Bad Request: message to be replied not found",
        ),
    ],
)
async def test_what_telegram_refuses_is_refused(bot: Bot, body: dict[str, Any], refusal: str) -> None:
    assert (await bot.refusal("sendMessage", **{"chat_id": bot.chat} | body)).startswith(refusal)


async def test_html_is_shown_as_plain_text_with_entities(bot: Bot) -> None:
    message = await bot.send("<b>2 &lt; 3</b> 😀 <a href='https://e.com'>see</a>", parse_mode="HTML")
    assert message["text"] == "2 < 3 😀 see"
    assert message["entities"] == [
        mark("bold", 0, 5),
        {"type": "text_link", "offset": 9, "url": "https://e.com", "length": 3},
    ]


async def test_an_edit_must_change_something(bot: Bot) -> None:
    number = (await bot.send("one"))["message_id"]
    same = await bot.refusal("editMessageText", chat_id=bot.chat, message_id=number, text="one")
    assert same.startswith("400 Bad Request: message is not modified")
    assert (await bot.call("editMessageText", chat_id=bot.chat, message_id=number, text="two"))["ok"]
    gone = await bot.refusal("editMessageText", chat_id=bot.chat, message_id=99, text="x")
    assert gone == "400 Bad Request: message to edit not found"
    theirs = await bot.refusal("editMessageText", chat_id=bot.chat, message_id=1, text="x")
    assert theirs == "400 Bad Request: message can't be edited"


async def test_an_unknown_method_and_an_unknown_token_are_told_apart(bot: Bot) -> None:
    assert (await bot.refusal("sendTelepathy")).startswith("404 Not Found")
    assert await bot.refusal("getMe", token="1:none") == "401 Unauthorized"


async def test_updates_are_kept_until_they_are_confirmed(bot: Bot) -> None:
    await bot.stand.act(bot.pane, MARA, "say", text="one")
    first = await bot.updates()
    assert first == await bot.updates(offset=first[0]["update_id"])
    assert await bot.updates(offset=first[-1]["update_id"] + 1) == []
    assert await bot.updates() == []


async def test_bots_of_one_person_do_not_see_each_others_chats(bot: Bot) -> None:
    second = bot.stand.pane(MARA, "second_bot")
    await bot.stand.act(second, MARA, "say", text="for the second")
    assert [u["message"]["text"] for u in await bot.updates()] == ["/start"]
    assert [u["message"]["text"] for u in await bot.updates(token=SECOND)] == ["for the second"]


async def test_long_polling_waits_for_the_next_update(bot: Bot) -> None:
    [start] = await bot.updates()
    waiting = asyncio.create_task(bot.updates(offset=start["update_id"] + 1, timeout=20))
    await until(lambda: bot.stand.requests[-1].body.get("timeout") == 20)
    await bot.stand.act(bot.pane, MARA, "say", text="now")
    assert [u["message"]["text"] for u in await waiting] == ["now"]


async def test_a_second_poll_ends_the_first(bot: Bot) -> None:
    [start] = await bot.updates()
    first = asyncio.create_task(bot.refusal("getUpdates", offset=start["update_id"] + 1, timeout=20))
    await until(lambda: bot.stand.requests[-1].body.get("timeout") == 20)
    await bot.updates()
    assert (await first).startswith("409 Conflict: terminated by other getUpdates request")


async def test_only_wanted_kinds_of_updates_come(bot: Bot) -> None:
    await bot.updates(allowed_updates=["callback_query"])
    await bot.stand.act(bot.pane, MARA, "say", text="unwanted")
    assert [u["message"]["text"] for u in await bot.updates()] == ["/start"]


async def test_a_webhook_gets_updates_again_until_it_says_ok(bot: Bot) -> None:
    seen: list[tuple[str, dict[str, Any]]] = []
    statuses = [500, 204]

    async def receive(request: web.Request) -> web.Response:
        seen.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], await request.json()))
        return web.Response(status=statuses[len(seen) - 1])

    app = web.Application()
    app.router.add_post("/hook", receive)
    async with serve(app) as url:
        assert (await bot.call("setWebhook", url=f"{url}/hook", secret_token="s-1"))["ok"]
        assert (await bot.refusal("getUpdates")).startswith(
            "409 Conflict: can't use getUpdates method while webhook"
        )
        await until(lambda: not bot.stand.updates[TOKEN].pending)
        info = (await bot.call("getWebhookInfo"))["result"]
        assert (await bot.call("deleteWebhook"))["ok"]
    assert [secret for secret, _ in seen] == ["s-1", "s-1"]
    assert seen[0][1] == seen[1][1]
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"
    assert await bot.updates() == []


@pytest.mark.parametrize(
    "body",
    [{"url": "http://example.com/hook"}, {"url": "https://example.com/hook", "secret_token": "no spaces"}],
)
async def test_a_bad_webhook_is_refused(bot: Bot, body: dict[str, str]) -> None:
    assert (await bot.refusal("setWebhook", **body)).startswith("400 Bad Request")


async def test_files_go_both_ways_and_an_address_on_this_machine_is_not_fetched(bot: Bot) -> None:
    form = aiohttp.FormData({"chat_id": str(bot.chat), "caption": "the terms"})
    form.add_field("document", b"%PDF", filename="terms.pdf", content_type="application/pdf")
    async with bot.http.post(f"{bot.url}/bot{TOKEN}/sendDocument", data=form) as response:
        document = (await response.json())["result"]["document"]
    assert document["file_name"] == "terms.pdf"
    path = (await bot.call("getFile", file_id=document["file_id"]))["result"]["file_path"]
    async with bot.http.get(f"{bot.url}/file/bot{TOKEN}/{path}") as response:
        assert await response.read() == b"%PDF"
    [bubble] = [b for pane in bot.stand.panes() if pane.id == bot.pane for b in pane.bubbles if b.files]
    async with bot.http.get(bubble.files[0][1]) as response:
        assert await response.read() == b"%PDF"
    refusal = await bot.refusal("sendDocument", chat_id=bot.chat, document=f"{bot.url}/x.pdf")
    assert refusal == "400 Bad Request: failed to get HTTP URL content"


async def test_an_album_is_two_to_ten_files(bot: Bot) -> None:
    photos = [{"type": "document", "media": f"attach://p{n}", "caption": f"n{n}"} for n in range(2)]
    form = aiohttp.FormData({"chat_id": str(bot.chat), "media": json.dumps(photos)})
    for n in range(2):
        form.add_field(f"p{n}", b"x", filename=f"{n}.txt", content_type="text/plain")
    async with bot.http.post(f"{bot.url}/bot{TOKEN}/sendMediaGroup", data=form) as response:
        sent = (await response.json())["result"]
    assert len({message["media_group_id"] for message in sent}) == 1
    assert [message["caption"] for message in sent] == ["n0", "n1"]
    assert (await bot.refusal("sendMediaGroup", chat_id=bot.chat, media=photos[:1])).startswith("400")
    assert bot.stand.requests[-2].faults == ()


async def test_a_button_is_answered_once(bot: Bot) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}
    message = await bot.send("Sure?", reply_markup=keyboard)
    pressed = await bot.stand.act(bot.pane, MARA, "press", bubble=str(message["message_id"]), button="Yes")
    assert (await bot.call("answerCallbackQuery", callback_query_id=pressed["id"]))["ok"]
    again = await bot.refusal("answerCallbackQuery", callback_query_id=pressed["id"])
    assert again.startswith("400 Bad Request: query is too old")


async def test_topics_of_a_forum(bot: Bot) -> None:
    forum = int(bot.stand.group("Support", [MARA], forum=True))
    topic = (await bot.call("createForumTopic", chat_id=forum, name="Mara"))["result"]["message_thread_id"]
    assert (await bot.call("sendMessage", chat_id=forum, message_thread_id=topic, text="hello"))["ok"]
    assert (await bot.refusal("createForumTopic", chat_id=bot.chat, name="x")).endswith("not a forum")


async def test_faults_of_a_body_are_recorded_where_the_description_is_present(bot: Bot) -> None:
    if bot.stand._schema is None:
        pytest.skip("the official description of the Bot API is not beside the repository")
    await bot.send("hi", txet="typo")
    assert "'txet' was unexpected" in bot.stand.requests[-1].faults[0]
    await bot.send("hi")
    assert bot.stand.requests[-1].faults == ()


async def test_what_is_not_there_can_not_be_done(bot: Bot) -> None:
    for action, arguments in (
        ("fly", {}),
        ("press", {"bubble": "1", "button": "x"}),
        ("edit", {"bubble": "77", "text": ""}),
    ):
        with pytest.raises(LookupError):
            await bot.stand.act(bot.pane, MARA, action, **arguments)
