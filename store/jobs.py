"""Small things kept between runs: claims of job runs, stored days, and how far a channel was read."""

from collections.abc import Mapping
from datetime import date

from domain.ids import AgentId, BotId, CompanyId
from store.client import translated
from store.scoped import Db, Scoped


class MongoClaims:
    """Implements `reports.ports.Claims`; `MongoOutbox.add_once` claims."""

    def __init__(self, *, db: Db, company: CompanyId) -> None:
        self._rows = Scoped(db=db, name="claims", company=company)

    async def claimed(self, key: str) -> bool:
        """Whether somebody has claimed this key."""
        async with translated():
            return await self._rows.get(key) is not None


class MongoDays:
    """Implements `reports.ports.Days`."""

    def __init__(self, *, db: Db, company: CompanyId) -> None:
        self._rows = Scoped(db=db, name="days", company=company)

    async def keep(self, *, day: date, zone: str, sums: bytes, carry: bytes) -> None:
        """Store a day, replacing what was there."""
        row = {"day": day.isoformat(), "zone": zone, "sums": sums, "carry": carry}
        async with translated():
            await self._rows.put(f"{zone}|{day.isoformat()}", row)

    async def sums(self, *, first: date, last: date, zone: str) -> Mapping[date, bytes]:
        """The stored days from first to last."""
        where = {"zone": zone, "day": {"$gte": first.isoformat(), "$lte": last.isoformat()}}
        async with translated():
            rows = await self._rows.many(where, sort=[("day", 1)])
        return {date.fromisoformat(row["day"]): row["sums"] for row in rows}

    async def carry(self, *, day: date, zone: str) -> bytes | None:
        """What was still open when this day ended."""
        async with translated():
            row = await self._rows.get(f"{zone}|{day.isoformat()}")
        return row["carry"] if row else None

    async def newest(self, *, before: date, zone: str) -> date | None:
        """The latest stored day earlier than ``before``."""
        where = {"zone": zone, "day": {"$lt": before.isoformat()}}
        async with translated():
            row = await self._rows.one(where, sort=[("day", -1)])
        return date.fromisoformat(row["day"]) if row else None

    async def drop(self, *, since: date | None = None) -> None:
        """Forget the days from ``since`` on; None: all of them."""
        where = {"day": {"$gte": since.isoformat()}} if since else {}
        async with translated():
            await self._rows.drop(where)


class MongoPeople:
    """Implements `reports.ports.People`."""

    def __init__(self, *, db: Db, company: CompanyId) -> None:
        self._rows = Scoped(db=db, name="agents", company=company)

    async def names(self) -> Mapping[AgentId, str]:
        """Every agent's name."""
        async with translated():
            return {AgentId(row["id"]): row["name"] for row in await self._rows.many({})}


class MongoCursor:
    """How far the channels of one bot were read; implements ``bots.discord.ports.Cursor``."""

    def __init__(self, *, db: Db, company: CompanyId, bot: BotId) -> None:
        self._rows = Scoped(db=db, name="cursors", company=company)
        self._bot = bot

    async def seen(self) -> dict[str, str]:
        """The newest message seen in each channel."""
        async with translated():
            rows = await self._rows.many({"bot": self._bot})
        return {row["channel"]: row["message"] for row in rows}

    async def note(self, channel_id: str, message_id: str) -> None:
        """A message was accepted; a channel's mark only moves forward."""
        row = {"bot": self._bot, "channel": channel_id, "message": message_id, "number": int(message_id)}
        where = {"_id": self._rows.id(f"{self._bot}|{channel_id}"), "number": {"$lt": int(message_id)}}
        async with translated():
            if not await self._rows.change(where, {"$set": row}):
                await self._rows.once({f"{self._bot}|{channel_id}": row})
