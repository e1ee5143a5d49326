"""Discord's adapter against a server that is not ours: only what is documented, with odd edges."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bots.discord.channel import DiscordChannel
from domain.content import text
from domain.errors import RateLimited, Refused, Unavailable, Unreachable
from domain.ids import Address, BotId, CompanyId, Platform
from tests.contract.strangers import Stranger, plain, stranger, told
from tests.contract.telegram_case import Blobs

BOT = BotId("discord")
ME = {"id": "42", "username": "desk", "discriminator": "0", "avatar": None, "bot": True, "new": {"x": 1}}
APPLICATION = {"id": "41", "name": "Desk", "description": "", "future": []}
CHANNEL, MESSAGES = "77", "POST /channels/77/messages"
PLACE = Address(platform=Platform.DISCORD, bot=BOT, workspace=str(BOT), channel=CHANNEL)
PRIVATE = Address(
    platform=Platform.DISCORD, bot=BOT, workspace=str(BOT), channel=CHANNEL, private_to="token-abc"
)
SENT = {"id": "5", "channel_id": CHANNEL, "content": "Hello", "unheard_of": []}
HTML = "<html><h1>502 Bad Gateway</h1>nginx</html>"


@pytest.fixture
async def server() -> AsyncIterator[Stranger]:
    usual = {
        "GET /users/@me": told(ME),
        "GET /oauth2/applications/@me": told(APPLICATION),
        MESSAGES: told(SENT),
    }
    async with stranger(usual) as running:
        yield running


@pytest.fixture
async def channel(server: Stranger) -> AsyncIterator[DiscordChannel]:
    made = DiscordChannel(
        company=CompanyId("acme"), bot=BOT, token="token", base_url=server.url, blobs=Blobs()
    )
    yield made
    await made.close()


@pytest.mark.parametrize("charset", [False, True])
async def test_a_message_is_sent(server: Stranger, channel: DiscordChannel, charset: bool) -> None:
    for path, body in (("GET /users/@me", ME), ("GET /oauth2/applications/@me", APPLICATION)):
        server.usual[path] = told(body, charset=charset)
    server.usual[MESSAGES] = told(SENT, charset=charset)
    assert (await channel.send(PLACE, text("Hello"), key="k")).id == "5"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (plain(HTML, 502), Unavailable),
        (plain("", 503), Unavailable),
        (told({"message": "internal"}, 500), Unavailable),
        (plain(HTML, 200), Unavailable),
        (told({"message": "Cannot send messages to this user", "code": 50007}, 403), Unreachable),
        (told({"message": "Unknown Channel", "code": 10003}, 404), Unreachable),
        (plain("nothing", 404), Unreachable),
        (told({"message": "Unauthorized"}, 401), Unavailable),
    ],
)
async def test_failures_are_understood_however_they_are_told(
    server: Stranger, channel: DiscordChannel, answer: Any, error: type[Exception]
) -> None:
    server.then(MESSAGES, answer)
    with pytest.raises(error):
        await channel.send(PLACE, text("Hello"), key="k")


async def test_what_is_refused_without_a_code_is_refused(server: Stranger, channel: DiscordChannel) -> None:
    server.usual[MESSAGES] = told({"message": "no"}, 400)
    with pytest.raises(Refused):
        await channel.send(PLACE, text("Hello"), key="k")


@pytest.mark.trap(11)
@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (told({"message": "slow", "retry_after": 64.57, "global": False}, 429), 64.57),
        (told({"message": "slow", "retry_after": 65, "global": True}, 429), 65),
        (told({"message": "slow", "retry_after": 64.57, "global": False}, 429, Via="1.1 google"), 64.57),
        (told({"message": "slow"}, 429, **{"Retry-After": "12"}), 12),
        (plain(HTML, 429, **{"Retry-After": "12"}), 12),
        (plain(HTML, 429, **{"X-RateLimit-Reset-After": "1.5"}), 1.5),
        (plain(HTML, 429), 5),
    ],
)
async def test_a_wish_to_slow_down_is_understood_however_it_is_told(
    server: Stranger, channel: DiscordChannel, answer: Any, seconds: float
) -> None:
    server.then(MESSAGES, answer)
    with pytest.raises(RateLimited) as caught:
        await channel.send(PLACE, text("Hello"), key="k")
    assert caught.value.retry_after == seconds


async def test_an_answer_to_a_command_needs_no_flags_on_the_message(
    server: Stranger, channel: DiscordChannel
) -> None:
    server.usual["GET /webhooks/41/token-abc/messages/@original"] = told({"id": "4", "content": ""})
    server.usual["POST /webhooks/41/token-abc"] = told(SENT)
    assert (await channel.send(PRIVATE, text("Hello"), key="k", again=True)).id == "5"
