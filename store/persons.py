"""Everything that is kept about one person: found and copied."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from desk.privacy import Person
from desk.storage import Posted
from domain.ids import CompanyId, CustomerId, Identity, Lane
from domain.people import Customer, customer_id
from domain.ticket import Status, Ticket
from store.client import translated
from store.codec import dump, load
from store.outbox import posted_of
from store.scoped import Db, Row, Scoped

OVER = (Status.SOLVED, Status.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a person's matters are.

    ``shared``: lanes in which others wrote too; there only the person's own matters are theirs.
    """

    lanes: Sequence[str]
    shared: Sequence[str]
    talks: Sequence[str]
    tickets: Sequence[str]

    @property
    def alone(self) -> list[str]:
        """Lanes in which nobody else wrote."""
        return [lane for lane in self.lanes if lane not in self.shared]

    def rows(self) -> Row:
        """Which rows of the outbox are about the person."""
        own = [{"conversation": {"$in": self.talks}}, {"ticket": {"$in": self.tickets}}]
        return {"$or": [{"lane": {"$in": self.alone}}, {"lane": {"$in": self.shared}, "$or": own}]}


class MongoPersons:
    """Implements `desk.privacy.Persons`."""

    def __init__(self, *, db: Db, company: CompanyId, name: str) -> None:
        self._db = db
        self._company = company
        self._name = name

    def _rows(self, name: str) -> Scoped:
        return Scoped(db=self._db, name=name, company=self._company)

    def _keyed(self, name: str, keys: Collection[str]) -> Row:
        rows = self._rows(name)
        return {"_id": {"$in": [rows.id(key) for key in keys]}}

    # -- found -----------------------------------------------------------------------------------

    async def find(self, identity: Identity) -> Person:
        """Somebody by an account of theirs, with the accounts that are joined."""
        own = customer_id(self._company, identity)
        async with translated():
            rows = await self._accounts(identity)
            root = next((row for row in rows if "merged_into" not in row), None)
            ids = tuple(CustomerId(one) for one in dict.fromkeys([*(row["id"] for row in rows), own]))
            talks = await self._rows("conversations").many({"customer": {"$in": ids}})
            lanes = {row["lane"] for row in talks}
            tickets = await self._rows("tickets").many({"customer": {"$in": ids}}, sort=[("opened_at", 1)])
        found = tuple(load(Ticket, row) for row in tickets)
        return Person(
            identity=identity,
            customer=load(Customer, root) if root else None,
            ids=ids,
            lanes=tuple(Lane(lane) for lane in sorted(lanes)),
            tickets=found,
            open=tuple(one for one in found if one.status not in OVER),
            since=min((row["started_at"] for row in talks), default=None),
        )

    async def _accounts(self, identity: Identity) -> list[Row]:
        customers = self._rows("customers")
        row = await customers.one({f"identity.{key}": value for key, value in dump(identity).items()})
        if row is None:
            return []
        root = row.get("merged_into") or row["id"]
        return await customers.many({"$or": [{"_id": customers.id(root)}, {"merged_into": root}]})

    async def places(self, person: Person) -> Places:
        """Where everything about them is kept."""
        talks = self._rows("conversations")
        theirs = await talks.many({"customer": {"$in": person.ids}})
        lanes = sorted({row["lane"] for row in theirs})
        others = {"lane": {"$in": lanes}, "customer": {"$nin": person.ids}}
        return Places(
            lanes=lanes,
            shared=await talks.distinct("lane", others),
            talks=[row["id"] for row in theirs],
            tickets=[ticket.id for ticket in person.tickets],
        )

    # -- copied ----------------------------------------------------------------------------------

    async def data(self, person: Person) -> Mapping[str, Any]:
        """Plain JSON values: profile, conversations, ratings, requests."""
        async with translated():
            places = await self.places(person)
            talks = await self._rows("conversations").many(self._keyed("conversations", places.talks))
            about = {"conversation": {"$in": places.talks}}
            ratings = await self._rows("feedback").many({**about, "rating": {"$ne": None}})
            reports = await self._rows("experiences").many({"analysis.session": {"$in": places.talks}})
            conversations = [await self._conversation(row) for row in talks]
        return {
            "company": self._name,
            "made_at": datetime.now(UTC).isoformat(),
            "profile": _profile(person),
            "conversations": sorted(conversations, key=lambda one: str(one["started_at"])),
            "ratings": [_rating(row) for row in ratings],
            "requests": [_request(ticket) for ticket in person.tickets],
            "reports": [
                {"at": row["at"].isoformat(), "summary": row["analysis"]["summary"]} for row in reports
            ],
        }

    async def _conversation(self, talk: Row) -> dict[str, Any]:
        where = {"conversation": talk["id"], "internal": False, "erased": {"$ne": True}}
        rows = await self._rows("messages").many(where, sort=[("at", 1), ("n", 1)])
        return {
            "platform": talk["address"]["platform"],
            "started_at": talk["started_at"].isoformat(),
            "messages": [_message(row) for row in rows],
        }

    async def posts(self, person: Person) -> list[Posted]:
        """What was posted about them where the agents are, but for the tickets' cards."""
        async with translated():
            places = await self.places(person)
            where = {
                "to.platform": "slack",
                "act": "send",
                "state": "sent",
                "purpose": {"$ne": "card"},
                **places.rows(),
            }
            return [posted_of(row) for row in await self._rows("outbox").many(where)]


def _profile(person: Person) -> Mapping[str, Any]:
    customer = person.customer
    if customer is None:
        return {}
    accounts = [{"platform": one.platform, "user": one.user} for one in (customer.identity, *customer.also)]
    return {"name": customer.name, "language": customer.language, "accounts": accounts}


def _message(row: Row) -> Mapping[str, Any]:
    emotion = row["emotion"]["label"] if row.get("emotion") else None
    return {"at": row["at"].isoformat(), "author": row["author"], "text": row["text"], "emotion": emotion}


def _rating(row: Row) -> Mapping[str, Any]:
    at = row["rated_at"].isoformat() if row.get("rated_at") else None
    return {"rating": row["rating"], "comment": row["comment"], "at": at}


def _request(ticket: Ticket) -> Mapping[str, Any]:
    return {
        "reference": ticket.reference,
        "status": ticket.status,
        "opened_at": ticket.opened_at.isoformat(),
        "question": ticket.question,
    }
