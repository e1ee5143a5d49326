"""What goes wrong in discord.py, in our own words."""

import asyncio
import json
from collections.abc import Mapping

import aiohttp
import discord

from domain.errors import (
    DeskmateError,
    Misconfigured,
    RateLimited,
    Refused,
    Unavailable,
    Unreachable,
)

CANT_DM = (50007, 50278)
"""Closed direct messages; no server in common any more."""
SOME_SECONDS = 5.0
WEBHOOK_GONE = (10015, 10062, 50027)
"""An interaction's token has expired (JSON error codes, Discord's documentation)."""
UNKNOWN_MESSAGE = 10008
"""Also said of the answer to an interaction that was never acknowledged."""
TROUBLE: tuple[type[Exception], ...] = (
    discord.DiscordException,
    aiohttp.ClientError,
    OSError,
    asyncio.TimeoutError,
    RuntimeError,
)
"""What the SDK may raise while it talks to Discord; a RuntimeError when its session was closed meanwhile."""
INTENTS = (
    "Discord refuses the bot's intents: open the bot's page in the developer portal and switch on "
    "'Message Content Intent' under Privileged Gateway Intents (the support channel needs it), "
    "or leave support_channel empty in config.toml."
)
TOKEN = "Discord refuses the bot token: copy it anew from the developer portal (Bot, Reset Token)."  # noqa: S105
CLOSED = {
    4004: TOKEN,
    4010: "Discord refuses the shard: is another program using this bot?",
    4011: "This bot is in too many servers for one connection.",
    4013: INTENTS,
    4014: INTENTS,
}


class ServerTrouble(discord.DiscordException):
    """Discord answered with a 5xx status."""


def on_sending(error: Exception) -> DeskmateError:
    """Why a message could not be sent: a DeliveryError or Unavailable."""
    match error:
        case discord.RateLimited():
            return RateLimited(error.retry_after)
        case discord.HTTPException(status=429):
            return RateLimited(pause_of("", error.response.headers))
        case discord.HTTPException(status=401):
            return Unavailable("Discord no longer accepts the bot token")
        case discord.Forbidden(code=code) if code in CANT_DM:
            return Unreachable("They take no direct messages from the bot")
        case discord.Forbidden() | discord.NotFound():
            return Unreachable(f"Discord: {error.text or error.status}")
        case discord.HTTPException(status=status) if status < 500:
            return Refused(f"Discord refused the message: {error.text[:200]}")
    return Unavailable(f"Discord does not answer ({type(error).__name__})")


def on_connecting(error: Exception) -> DeskmateError:
    """Why there is no connection: Misconfigured with what to do, or Unavailable."""
    match error:
        case DeskmateError():
            return error
        case discord.LoginFailure() | discord.HTTPException(status=401):
            return Misconfigured(TOKEN)
        case discord.PrivilegedIntentsRequired():
            return Misconfigured(INTENTS)
        case discord.ConnectionClosed(code=code) if code in CLOSED:
            return Misconfigured(CLOSED[code])
        case discord.RateLimited() | discord.HTTPException(status=429):
            return Unavailable("Discord asks us to slow down")
    return Unavailable(f"Discord does not answer ({type(error).__name__})")


def pause_of(body: str, headers: Mapping[str, str]) -> float:
    """Seconds to wait after a 429: from its body, else a header; a proxy in front may say neither."""
    for read in (
        lambda: json.loads(body)["retry_after"],
        lambda: headers["Retry-After"],
        lambda: headers["X-RateLimit-Reset-After"],
    ):
        try:
            return max(float(read()), 0.0)
        except (ValueError, TypeError, KeyError):
            continue
    return SOME_SECONDS
