"""What ``doctor`` says about a Discord connection."""

from typing import Any

import discord

from bots.discord.failures import INTENTS
from bots.discord.rest import Rest
from domain.errors import Misconfigured

MESSAGE_CONTENT = 1 << 18 | 1 << 19
"""Application flags: the message content intent is switched on (large or small bot)."""
NEEDED = {
    1 << 10: "View Channels",
    1 << 11: "Send Messages",
    1 << 14: "Embed Links",
    1 << 15: "Attach Files",
    1 << 16: "Read Message History",
    1 << 36: "Create Private Threads",
    1 << 38: "Send Messages in Threads",
}
"""Permissions for the support channel (Discord's documentation, Permissions)."""
ADMINISTRATOR = 1 << 3


async def diagnose(rest: Rest, *, guild: str, support: str) -> str:
    """One line about the connection. Raises Misconfigured with what to do about it."""
    await rest.open()
    name = rest.application.get("name", "The bot")
    try:
        guilds: list[dict[str, Any]] = await rest.call("GET", "/users/@me/guilds")
    except discord.NotFound:
        return f"{name} is connected; its servers can't be listed here"
    joined = {str(one["id"]): one for one in guilds}
    if guild and guild not in joined:
        raise Misconfigured(
            f"The bot is not in the server {guild} (config.toml, guild): "
            "open its invite link, see docs/discord.md."
        )
    if support:
        await _support(rest, support, joined)
    places = "1 server" if len(joined) == 1 else f"{len(joined)} servers"
    return f"{name} is connected and in {places}"


async def _support(rest: Rest, support: str, joined: dict[str, dict[str, Any]]) -> None:
    if not int(rest.application.get("flags") or 0) & MESSAGE_CONTENT:
        raise Misconfigured(INTENTS)
    try:
        channel = await rest.channel(support)
    except (discord.Forbidden, discord.NotFound) as error:
        raise Misconfigured(
            f"The bot can't see the channel {support} (config.toml, support_channel): "
            "check the id, and give the bot 'View Channel' there."
        ) from error
    permissions = int(joined.get(str(channel.get("guild_id")), {}).get("permissions") or 0)
    lacking = [name for bit, name in NEEDED.items() if not permissions & (bit | ADMINISTRATOR)]
    if lacking:
        raise Misconfigured(
            f"The bot lacks permissions in the support channel's server: {', '.join(lacking)}."
        )
