"""Erasing everything that is kept about one person: the words and whatever says who it was."""

import re
import secrets
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta

from desk.privacy import Person, Receipt
from domain.conversation import ConversationStatus, Handler
from domain.ids import CompanyId
from domain.ticket import Status
from store.agents import MongoAgents
from store.blobs import MongoBlobs
from store.client import translated
from store.closing import closed
from store.codec import dump
from store.log import MongoLog
from store.persons import MongoPersons, Places
from store.scoped import Db, Row, Scoped

NOBODY = "Erased"
SETTLES = timedelta(minutes=2)
"""What the erasure itself needs is emptied this long after it was asked for."""
WORDS_OF = {"question": "question_unanswered", "comment": "commented"}


class MongoErasure:
    """Implements `desk.privacy.Erasure`."""

    def __init__(
        self,
        *,
        db: Db,
        company: CompanyId,
        persons: MongoPersons,
        blobs: MongoBlobs,
        agents: MongoAgents,
        log: MongoLog,
    ) -> None:
        self._db = db
        self._company = company
        self._persons = persons
        self._blobs = blobs
        self._agents = agents
        self._log = log

    def _rows(self, name: str) -> Scoped:
        return Scoped(db=self._db, name=name, company=self._company)

    def _keyed(self, name: str, keys: Collection[str]) -> Row:
        rows = self._rows(name)
        return {"_id": {"$in": [rows.id(key) for key in keys]}}

    # -- erased ----------------------------------------------------------------------------------

    async def erase(
        self, person: Person, receipt: Receipt, forget: Callable[[datetime], Awaitable[None]]
    ) -> None:
        """Whatever leads to the rest goes last, so that a second run finds what the first one left."""
        for ticket in person.open:
            await closed(self._db, self._company, ticket, agents=self._agents, log=self._log)
        async with translated():
            places = await self._persons.places(person)
            nobody = await self._stand_in(person)
            await self._asked_for(receipt, places)
            await self._files(places, receipt.kept)
            await self._messages(places)
            await self._traffic(person, places, receipt, nobody)
            await self._matters(person, places, nobody)
            await self._events(person, nobody)
        if person.since:
            await forget(person.since)
        async with translated():
            gone: Row = {
                "customer": nobody,
                "lane": f"erased|{nobody}",
                "address.channel": "",
                "status": ConversationStatus.RESOLVED.value,
                "handler": Handler.BOT.value,
            }
            await self._rows("conversations").change_all({"customer": {"$in": person.ids}}, {"$set": gone})
            await self._rows("link_codes").drop({"customer": {"$in": person.ids}})
            await self._rows("customers").drop(self._keyed("customers", person.ids))

    async def _stand_in(self, person: Person) -> str:
        """A random id in place of theirs. It is the same if the erasure has to begin again."""
        customers, theirs = self._rows("customers"), self._keyed("customers", person.ids)
        known = await customers.one({**theirs, "stand_in": {"$exists": True}})
        if known:
            return str(known["stand_in"])
        fresh = f"erased-{secrets.token_hex(16)}"
        await customers.change_all(theirs, {"$set": {"stand_in": fresh}})
        return fresh

    async def _asked_for(self, receipt: Receipt, places: Places) -> None:
        """What the erasure itself still needs can only be emptied once it is done: `settle` does."""
        lanes = [receipt.lane, *places.alone]
        row = {"event": receipt.event, "told": list(receipt.told), "at": datetime.now(UTC)}
        update = {"$set": row, "$addToSet": {"lanes": {"$each": lanes}}}
        await self._rows("erasures").upsert(receipt.event, update)

    async def _files(self, places: Places, kept: Collection[str]) -> None:
        where = {"content.blocks.blob": {"$exists": True}, "key": {"$nin": list(kept)}, **places.rows()}
        rows = await self._rows("outbox").many(where)
        blobs = [block["blob"] for row in rows for block in row["content"]["blocks"] if "blob" in block]
        await self._blobs.erase(blobs)

    async def _messages(self, places: Places) -> None:
        theirs = {"conversation": {"$in": places.talks}}
        erased = {"text": "", "name": "", "ref": None, "erased": True}
        felt: Row = {"$set": {**erased, "emotion.evidence": []}}
        await self._rows("messages").change_all({**theirs, "emotion": {"$ne": None}}, felt)
        await self._rows("messages").change_all({**theirs, "emotion": None}, {"$set": erased})
        await self._rows("traces").drop(theirs)

    async def _traffic(self, person: Person, places: Places, receipt: Receipt, nobody: str) -> None:
        """What came in and went out. Posts among the agents keep their place: they are being deleted."""
        outbox, fresh = self._rows("outbox"), {"key": {"$nin": [*receipt.kept, *receipt.told]}}
        theirs = {**places.rows(), **fresh}
        await outbox.change_all({**theirs, "state": "pending"}, {"$set": {"state": "cancelled"}})
        lane = {"lane": f"erased|{nobody}", "erased": True, "content.blocks": []}
        place = {
            "to.channel": "",
            "to.private_to": "",
            "queue": "erased",
            "ref": None,
            "sent_ref": None,
            "receipt_for": None,
        }
        away = {**theirs, "to.platform": {"$ne": "slack"}}
        await outbox.change_all(away, {"$set": {**lane, **place}})
        await outbox.change_all({**theirs, "to.platform": "slack"}, {"$set": lane})
        await self._arrived(person, places, lane["lane"])

    async def _arrived(self, person: Person, places: Places, lane: object) -> None:
        """What they wrote anywhere, and what agents wrote in the threads of their tickets."""
        inbox, done = self._rows("inbox"), {"state": {"$ne": "pending"}, "erased": {"$ne": True}}
        empty = {"$set": {"lane": lane, "erased": True}, "$unset": {"event": ""}}
        cards = {"purpose": "card", "act": "send", "ticket": {"$in": places.tickets}}
        threads = await self._rows("outbox").distinct("sent_ref.id", cards)
        await inbox.change_all({"lane": {"$in": places.alone}, **done}, empty)
        in_threads = {"lane": {"$in": places.shared}, "event.address.thread": {"$in": threads}}
        await inbox.change_all({**in_threads, **done}, empty)
        for account in [dump(person.identity), *_accounts(person)]:
            who = {f"event.actor.identity.{key}": value for key, value in account.items()}
            await inbox.change_all({**who, **done}, empty)

    async def _matters(self, person: Person, places: Places, nobody: str) -> None:
        lane = f"erased|{nobody}"
        empty = {"question": "", "summary": "", "suggestion": "", "emotion.evidence": [], "erased": True}
        gone = {"customer": nobody, "customer_name": NOBODY, "lane": lane, "status": Status.CLOSED.value}
        theirs = {"customer": {"$in": person.ids}}
        await self._rows("tickets").change_all(theirs, {"$set": {**empty, **gone}, "$inc": {"version": 1}})
        talks = {"conversation": {"$in": places.talks}}
        await self._rows("feedback").change_all(talks, {"$set": {"comment": "", "lane": lane}})
        await self._rows("experiences").drop({"analysis.session": {"$in": places.talks}})

    async def _events(self, person: Person, nobody: str) -> None:
        """Numbers stay, words go, and nothing says any more who it was."""
        events, theirs = self._rows("events"), {"customer": {"$in": person.ids}}
        for name, kind in WORDS_OF.items():
            await events.change_all({**theirs, "kind": kind}, {"$set": {f"data.{name}": ""}})
        await events.change_all(theirs, {"$set": {"customer": nobody}})

    async def settle(self, now: datetime) -> None:
        """Empty what past erasures needed themselves, once it is done with."""
        async with translated():
            for row in await self._rows("erasures").many({"at": {"$lte": now - SETTLES}}):
                if await self._settled(row):
                    await self._rows("erasures").drop({"event": row["event"]})

    async def _settled(self, row: Row) -> bool:
        inbox, outbox = self._rows("inbox"), self._rows("outbox")
        event = {"_id": inbox.id(row["event"])}
        told = {"_id": {"$in": [outbox.id(key) for key in row["told"]]}}
        leases, held = self._leases(row["lanes"]), {"until": {"$gt": datetime.now(UTC)}}
        if await self._rows("leases").one({**leases, **held}):
            return False
        waiting = {"state": "pending"}
        if await inbox.one({**event, **waiting}) or await outbox.one({**told, **waiting}):
            return False
        await inbox.change_all(event, {"$set": {"lane": "erased", "erased": True}, "$unset": {"event": ""}})
        gone: Row = {
            "to.channel": "",
            "to.private_to": "",
            "lane": "erased",
            "queue": "erased",
            "sent_ref": None,
            "content.blocks": [],
        }
        await outbox.change_all(told, {"$set": {**gone, "erased": True}})
        # Named after places; whoever writes again there gets new ones.
        await self._rows("leases").drop({**leases, "until": {"$lte": datetime.now(UTC)}})
        return True

    def _leases(self, lanes: Collection[str]) -> Row:
        """Of lanes, and of what is sent to their places: they are named after the place."""
        rows = self._rows("leases")
        places = [lane.split("|", 5) for lane in lanes]
        prefixes = [rows.id(f"out|{bot}|{channel}|") for _, _, bot, _, channel, _ in places]
        named = {"_id": {"$in": [rows.id(lane) for lane in lanes]}}
        return {"$or": [named, *({"_id": {"$regex": f"^{re.escape(each)}"}} for each in prefixes)]}


def _accounts(person: Person) -> list[Row]:
    customer = person.customer
    return [dump(one) for one in (customer.identity, *customer.also)] if customer else []
