"""The commands that Telegram shows: to everybody in their language, and to admins theirs besides."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from telegram import Bot, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bots.telegram.polling import pause
from domain.ids import BotId

log = structlog.get_logger()
Commands = Mapping[str, Sequence[tuple[str, str]]]
DESCRIPTION = 256  # https://core.telegram.org/bots/api#botcommand


class Menu:
    """One bot's menu. ``admins`` are ids of people; their menu is in their own chat with the bot only."""

    def __init__(
        self,
        *,
        api: Bot,
        bot: BotId,
        commands: Commands,
        admins: frozenset[str],
        admin_commands: Sequence[tuple[str, str]],
    ) -> None:
        self._api = api
        self._bot = bot
        self._commands = commands
        self._admins = admins
        self._admin_commands = admin_commands

    async def tell(self) -> None:
        """While messages are received already: nobody waits for a menu."""
        everybody = self._commands.get("en", ())
        for language, commands in ({"": everybody} | dict(self._commands)).items():
            if commands:
                await self._tell(commands, language_code=language[:2] or None)
        for admin in sorted(self._admins):
            await self.tell_admin(admin)

    async def tell_admin(self, user: str) -> None:
        """One admin's menu. Telegram refuses it until they have pressed Start."""
        if user in self._admins and user.isdecimal() and self._admin_commands:
            everybody = self._commands.get("en", ())
            await self._tell([*everybody, *self._admin_commands], scope=BotCommandScopeChat(int(user)))

    async def _tell(self, commands: Sequence[tuple[str, str]], **whom: Any) -> None:
        told = [(name, description[:DESCRIPTION]) for name, description in commands]
        failures = 0
        while True:
            try:
                await self._api.set_my_commands(told, **whom)
                return
            except (BadRequest, Forbidden, InvalidToken):
                log.warning("telegram_commands_refused", bot=self._bot, language=whom.get("language_code"))
                return
            except TelegramError:
                failures += 1
                await asyncio.sleep(pause(failures))
