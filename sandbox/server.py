"""Starts the stand-ins and the page, each on its own port of this machine."""

from collections.abc import Mapping, Sequence
from typing import Self

from aiohttp import web

from sandbox.page import BrainFeed, Page, names, no_turns
from sandbox.stand import Stand

HOST = "127.0.0.1"
STOP_SECONDS = 1.0  # open streams are cut after this


class Sandbox:
    """Stand-ins that the unmodified SDKs connect to, and the page that shows them.

    Use as ``async with Sandbox(stands=[...]) as sandbox``. ``port`` is the page's; 0: any free one.
    """

    def __init__(
        self, *, stands: Sequence[Stand], brain_feed: BrainFeed = no_turns, port: int = 0, page: bool = True
    ) -> None:
        self.stands: Mapping[str, Stand] = names(stands)
        self.addresses: dict[str, str] = {}
        self.page_url = ""
        self._brain_feed = brain_feed
        self._port = port
        self._with_page = page
        self._runners: list[web.AppRunner] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen. Raises OSError if the page's port is taken."""
        try:
            for name, stand in self.stands.items():
                self.addresses[name] = await self._serve(stand.app(), 0)
            if self._with_page:
                page = Page(stands=self.stands, brain_feed=self._brain_feed, addresses=self.addresses)
                self.page_url = await self._serve(page.app(), self._port)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close every port; harmless if called twice."""
        while self._runners:
            await self._runners.pop().cleanup()

    async def _serve(self, app: web.Application, port: int) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
        await runner.setup()
        self._runners.append(runner)
        await web.TCPSite(runner, HOST, port).start()
        return f"http://{HOST}:{runner.addresses[0][1]}"

    @property
    def telegram_url(self) -> str:
        """For ``telegram.base_url``; bots append their token."""
        return f"{self.addresses['telegram']}/bot"

    @property
    def telegram_files_url(self) -> str:
        """For ``telegram.file_base_url``."""
        return f"{self.addresses['telegram']}/file/bot"

    @property
    def discord_url(self) -> str:
        """For ``discord.base_url``."""
        return f"{self.addresses['discord']}/api/v10"

    @property
    def discord_gateway_url(self) -> str:
        """For ``discord.gateway_url``."""
        return f"{self.addresses['discord'].replace('http', 'ws', 1)}/gw"

    @property
    def slack_url(self) -> str:
        """For ``slack.base_url``."""
        return f"{self.addresses['slack']}/api/"

    @property
    def gemini_url(self) -> str:
        """For ``gemini.base_url``."""
        return self.addresses["gemini"]
