"""The assistant's pane: suggested questions when somebody opens it, a title once they have asked.

docs.slack.dev/ai: apps made since 2026 have their talks in the Messages tab, with the suggestions of the
manifest (``agent_view``); in earlier ones (``assistant_view``) every talk begins with
``assistant_thread_started``. None of this is needed for an answer, so what fails is left out.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.errors import translated
from bots.slack.hands import Hands
from domain.errors import DeskmateError
from domain.inbound import Event, MessageReceived

log = structlog.get_logger(__name__)

STARTED = "assistant_thread_started"
MOST_PROMPTS = 4
"""docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts."""
TITLE = 80
REMEMBERED = 1000
Prompts = Sequence[tuple[str, str]]
"""Titles, and the questions that they ask."""


class Pane:
    """Dresses the threads of the assistant; works beside the acknowledgement, never before it."""

    def __init__(self, *, client: AsyncWebClient, prompts: Prompts, hands: Hands) -> None:
        self._client = client
        self._prompts = prompts
        self._hands = hands
        self._untitled: dict[tuple[str, str], None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def started(self, body: Mapping[str, Any]) -> bool:
        """Whether a payload says that somebody opened a new thread; then it gets its suggestions."""
        event = body.get("event") or {}
        if event.get("type") != STARTED:
            return False
        thread = event.get("assistant_thread") or {}
        channel, stamp = str(thread.get("channel_id") or ""), str(thread.get("thread_ts") or "")
        if channel and stamp:
            while len(self._untitled) >= REMEMBERED:
                self._untitled.pop(next(iter(self._untitled)))
            self._untitled[channel, stamp] = None
            self._beside(self._suggest(channel, stamp))
        return True

    def asked(self, event: Event) -> None:
        """The first question names its thread."""
        if not isinstance(event, MessageReceived):
            return
        place = (event.address.channel, event.address.thread)
        if place in self._untitled and event.text.strip():
            del self._untitled[place]
            self._beside(self._name(*place, " ".join(event.text.split())[:TITLE]))

    def _beside(self, work: Any) -> None:
        task = asyncio.create_task(self._quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, work: Any) -> None:
        with self._hands.holding():
            try:
                async with translated():
                    await work
            except DeskmateError as error:
                log.info("slack_pane_not_dressed", why=str(error))

    async def _suggest(self, channel: str, thread: str) -> None:
        prompts = [{"title": title, "message": message} for title, message in self._prompts[:MOST_PROMPTS]]
        if prompts:
            await self._client.assistant_threads_setSuggestedPrompts(
                channel_id=channel, thread_ts=thread, prompts=prompts
            )

    async def _name(self, channel: str, thread: str, title: str) -> None:
        await self._client.assistant_threads_setTitle(channel_id=channel, thread_ts=thread, title=title)
