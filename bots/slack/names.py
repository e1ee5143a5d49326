"""The people in a workspace: their names, and who is in a channel; remembered for a while."""

import asyncio
from collections.abc import Iterable, Mapping
from time import monotonic

from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.errors import sending
from domain.errors import DeskmateError

KEEP_SECONDS = 3600.0
MOST = 5000
MEMBERS_SECONDS = 60.0
"""How long somebody who has left a channel still counts as being in it; who is new counts at once."""
PAGE = 200
PAGES = 50
PATIENCE_SECONDS = 1.0
"""Names are looked up before an event is acknowledged, which must happen within 3 s."""


class People:
    """Looks up display names; one that can't be had now is left out."""

    def __init__(self, *, client: AsyncWebClient) -> None:
        self._client = client
        self._known: dict[str, tuple[float, str]] = {}
        self._members: dict[str, frozenset[str]] = {}
        self._looked: dict[str, float] = {}

    async def named(self, users: Iterable[str]) -> Mapping[str, str]:
        """Names by user id, as far as they can be had within a second."""
        wanted = set(users)
        missing = [user for user in wanted if not self._fresh(user)]
        if missing:
            tasks = [asyncio.ensure_future(self._quietly(user)) for user in missing]
            _, late = await asyncio.wait(tasks, timeout=PATIENCE_SECONDS)
            for task in late:
                task.cancel()
        return {user: self._known[user][1] for user in wanted if user in self._known}

    async def name(self, user: str) -> str:
        """One person's name. Raises Unavailable, RateLimited or Unreachable."""
        if self._fresh(user):
            return self._known[user][1]
        async with sending():
            answer = await self._client.users_info(user=user)
        found = answer.get("user") or {}
        profile = found.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or found.get("real_name")
        return self._keep(user, str(name or found.get("name") or user))

    async def _quietly(self, user: str) -> None:
        try:
            await self.name(user)
        except DeskmateError:
            return

    async def together(self, user: str, *, channel: str) -> bool:
        """Whether somebody is in a channel. Raises Unavailable, RateLimited or Unreachable."""
        if monotonic() - self._looked.get(channel, float("-inf")) > MEMBERS_SECONDS or (
            user not in self._members.get(channel, ())
        ):
            self._members[channel] = await self._listed(channel)
            self._looked[channel] = monotonic()
        return user in self._members[channel]

    async def _listed(self, channel: str) -> frozenset[str]:
        found: set[str] = set()
        cursor = ""
        for _ in range(PAGES):
            async with sending():
                page = await self._client.conversations_members(
                    channel=channel, limit=PAGE, cursor=cursor or None
                )
            found.update(page.get("members") or ())
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return frozenset(found)

    def _fresh(self, user: str) -> bool:
        return user in self._known and monotonic() - self._known[user][0] < KEEP_SECONDS

    def _keep(self, user: str, name: str) -> str:
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[user] = (monotonic(), name)
        return name
