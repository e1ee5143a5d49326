"""Erasing what was said once it is older than a company keeps it. The event log stays as it is."""

from datetime import datetime
from typing import Any

import structlog

from domain.ids import CompanyId
from domain.ticket import Status
from store.blobs import MongoBlobs
from store.client import translated
from store.scoped import Db, Scoped

log = structlog.get_logger()

OVER = [Status.SOLVED.value, Status.CLOSED.value]
OPEN_WORK = "pending"
"""Rows of inbox and outbox in this state are still to be handled."""
FRESH: dict[str, Any] = {"erased": {"$ne": True}}


class MongoRetention:
    """Erases one company's texts; ids, times and states stay, so that nothing else breaks or repeats."""

    def __init__(self, *, db: Db, company: CompanyId, blobs: MongoBlobs) -> None:
        self._db = db
        self._company = company
        self._blobs = blobs

    async def erase(self, before: datetime) -> None:
        """Erase what was said before a moment. Doing it again, or in two processes at once, is harmless."""
        async with translated():
            counts = {
                "messages": await self._messages(before),
                "outbox": await self._outbox(before),
                "inbox": await self._inbox(before),
                "tickets": await self._tickets(before),
                "comments": await self._comments(before),
                "traces": await self._rows("traces").drop({"at": {"$lt": before}}),
                "experiences": await self._rows("experiences").drop({"at": {"$lt": before}}),
            }
        files = await self._blobs.drop(before)
        log.info("retention_erased", company=self._company, **counts, files=files)

    def _rows(self, name: str) -> Scoped:
        return Scoped(db=self._db, name=name, company=self._company)

    async def _messages(self, before: datetime) -> int:
        old = {"at": {"$lt": before}, **FRESH}
        erased = {"text": "", "erased": True}
        rows = self._rows("messages")
        # The evidence of an emotion is words of the message.
        felt = {"$set": {**erased, "emotion.evidence": []}}
        found = await rows.change_all({**old, "emotion": {"$ne": None}}, felt)
        return found + await rows.change_all(old, {"$set": erased})

    async def _outbox(self, before: datetime) -> int:
        old = {"at": {"$lt": before}, "state": {"$ne": OPEN_WORK}, **FRESH}
        return await self._rows("outbox").change_all(old, {"$set": {"content.blocks": [], "erased": True}})

    async def _inbox(self, before: datetime) -> int:
        """The source stays: a platform that repeats an event still finds it known."""
        old = {"accepted_at": {"$lt": before}, "state": {"$ne": OPEN_WORK}, **FRESH}
        return await self._rows("inbox").change_all(old, {"$set": {"erased": True}, "$unset": {"event": ""}})

    async def _tickets(self, before: datetime) -> int:
        old = {"opened_at": {"$lt": before}, "status": {"$in": OVER}, **FRESH}
        empty = {"question": "", "summary": "", "suggestion": "", "emotion.evidence": [], "erased": True}
        # The version makes whoever changes the ticket right now look again.
        return await self._rows("tickets").change_all(old, {"$set": empty, "$inc": {"version": 1}})

    async def _comments(self, before: datetime) -> int:
        old = {"sent_at": {"$lt": before}, "rated_at": {"$not": {"$gte": before}}, "comment": {"$ne": ""}}
        return await self._rows("feedback").change_all(old, {"$set": {"comment": ""}})
