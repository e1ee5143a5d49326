"""Codes that join a customer's accounts, and what joining changes."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from desk.changes import Joined, LinkCode, Parted
from desk.storage import Stale
from domain.ids import CompanyId, CustomerId, Identity, derived
from domain.people import Customer, customer_id
from store.client import translated
from store.codec import dump, load
from store.scoped import Db, Row, Scoped, Session

FAILURES_LAST = timedelta(minutes=10)


class MongoLinks:
    """Implements `desk.storage.Links`.

    A joined account's document stays, with ``merged_into``; its customer is the one that this names.
    """

    def __init__(self, *, db: Db, company: CompanyId, clock: Callable[[], datetime]) -> None:
        self._company = company
        self._clock = clock
        self._codes = Scoped(db=db, name="link_codes", company=company)
        self._failures = Scoped(db=db, name="link_failures", company=company)
        self._customers = Scoped(db=db, name="customers", company=company)

    async def code(self, digest: str) -> LinkCode | None:
        """A code by its digest."""
        async with translated():
            row = await self._codes.get(digest)
        return load(LinkCode, row) if row else None

    async def failures(self, identity: Identity, now: datetime) -> int:
        """Wrong codes that somebody sent in this stretch of time."""
        async with translated():
            row = await self._failures.get(self._stretch(identity, now))
        return int(row["n"]) if row else 0

    async def failed(self, identity: Identity, now: datetime) -> None:
        """Somebody sent a wrong code."""
        update = {"$inc": {"n": 1}, "$setOnInsert": {"expires_at": now + FAILURES_LAST}}
        async with translated():
            await self._failures.upsert(self._stretch(identity, now), update)

    def _stretch(self, identity: Identity, now: datetime) -> str:
        number = int(now.timestamp() // FAILURES_LAST.total_seconds())
        return derived(identity.platform, identity.workspace, identity.user, str(number))

    # -- inside the transaction of a step --------------------------------------------------------

    async def put(self, customer: Customer, session: Session) -> None:
        """Write what a step knows of a customer; what joining wrote meanwhile stays."""
        known = dump(customer)
        del known["also"]
        where = {"_id": self._customers.id(customer.id)}
        await self._customers.change(where, {"$set": known}, upsert=True, session=session)

    async def apply(self, wanted: LinkCode | Joined | Parted, session: Session) -> None:
        """Make a code, join or part accounts. Raises Stale when somebody else was faster."""
        if isinstance(wanted, LinkCode):
            await self._codes.drop({"customer": wanted.customer}, session=session)
            await self._codes.put(wanted.digest, dump(wanted), session=session)
        elif isinstance(wanted, Joined):
            await self._join(wanted, session)
        else:
            await self._part(wanted, session)

    async def _join(self, wanted: Joined, session: Session) -> None:
        fresh = {
            "_id": self._codes.id(wanted.digest),
            "used_by": None,
            "expires_at": {"$gt": self._clock()},
        }
        await self._must(self._codes, fresh, {"used_by": wanted.gone}, session)
        gone = await self._must(
            self._customers, self._own(wanted.gone), {"merged_into": wanted.kept, "also": []}, session
        )
        kept = await self._must(self._customers, self._own(wanted.kept), {}, session)
        await self._customers.change_all(
            {"merged_into": wanted.gone}, {"$set": {"merged_into": wanted.kept}}, session=session
        )
        language = kept["language"] or gone["language"]
        merged = await self._customers.many({"merged_into": wanted.kept}, session=session)
        also = [row["identity"] for row in merged]
        await self._must(
            self._customers, self._own(wanted.kept), {"language": language, "also": also}, session
        )

    async def _part(self, wanted: Parted, session: Session) -> None:
        kept = await self._must(self._customers, self._own(wanted.kept), {}, session)
        for identity in wanted.parted:
            where = {"_id": self._customers.id(customer_id(self._company, identity))}
            alone = {"$set": {"language": kept["language"]}, "$unset": {"merged_into": ""}}
            await self._customers.change(where, alone, session=session)
        parted = [dump(one) for one in wanted.parted]
        left = [one for one in kept.get("also", []) if one not in parted]
        await self._must(self._customers, self._own(wanted.kept), {"also": left}, session)

    def _own(self, customer: CustomerId) -> Row:
        """A customer who is not joined to another one."""
        return {"_id": self._customers.id(customer), "merged_into": {"$exists": False}}

    async def _must(
        self, rows: Scoped, where: Mapping[str, Any], values: Mapping[str, Any], session: Session
    ) -> Row:
        """Change what must be there. Writing it makes whoever does the same at once conflict with us."""
        row = await rows.change(where, {"$set": values, "$inc": {"joins": 1}}, session=session)
        if row is None:
            raise Stale
        return row
