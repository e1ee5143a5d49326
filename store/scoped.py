"""A collection seen by one company: every filter and every document carries it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from domain.ids import CompanyId

Row = dict[str, Any]
Db = AsyncDatabase[Row]
Session = AsyncClientSession
Sort = Sequence[tuple[str, int]]
AT_ONCE = 1000


class Scoped:
    """The only way to a collection. It can't be made without a company."""

    def __init__(self, *, db: Db, name: str, company: CompanyId) -> None:
        if not company:
            raise ValueError("a repository belongs to one company")
        self._collection: AsyncCollection[Row] = db[name]
        self.company = company

    def _of(self, where: Mapping[str, Any]) -> Row:
        return {**where, "company": self.company}

    def id(self, key: str) -> str:
        """The _id of one of this company's documents."""
        return f"{self.company}|{key}"

    async def get(self, key: str, *, session: Session | None = None) -> Row | None:
        """One document by its key."""
        return await self.one({"_id": self.id(key)}, session=session)

    async def one(
        self, where: Mapping[str, Any], *, sort: Sort | None = None, session: Session | None = None
    ) -> Row | None:
        """The first document that fits."""
        return await self._collection.find_one(self._of(where), sort=sort, session=session)

    async def many(
        self,
        where: Mapping[str, Any],
        *,
        sort: Sort | None = None,
        limit: int = 0,
        session: Session | None = None,
    ) -> list[Row]:
        """All that fit (at most ``limit``, 0: all)."""
        cursor = self._collection.find(self._of(where), sort=sort, limit=limit, session=session)
        return await cursor.to_list(None)

    async def each(
        self, where: Mapping[str, Any], *, sort: Sort | None = None, limit: int = 0
    ) -> AsyncIterator[Row]:
        """All that fit (at most ``limit``, 0: all), one after the other, without holding them all."""
        cursor = self._collection.find(self._of(where), sort=sort, limit=limit, batch_size=AT_ONCE)
        # One by one, the driver's bookkeeping would cost more than the rows.
        while rows := await cursor.to_list(AT_ONCE):
            for row in rows:
                yield row

    async def add(self, key: str, row: Mapping[str, Any], *, session: Session | None = None) -> bool:
        """Insert once; false if the key is there already (outside of transactions only)."""
        try:
            await self._collection.insert_one(
                {**row, "_id": self.id(key), "company": self.company}, session=session
            )
        except DuplicateKeyError:
            return False
        return True

    async def put(self, key: str, row: Mapping[str, Any], *, session: Session | None = None) -> None:
        """Insert or replace."""
        where, whole = self._of({"_id": self.id(key)}), {**row, "company": self.company}
        try:
            await self._collection.replace_one(where, whole, upsert=True, session=session)
        except DuplicateKeyError:
            if session:  # the failed write has ended the transaction
                raise
            # Somebody else inserted it in the same moment: now it is there to be replaced.
            await self._collection.replace_one(where, whole, upsert=True)

    async def once(self, rows: Mapping[str, Mapping[str, Any]], *, session: Session | None = None) -> None:
        """Insert those whose key isn't there yet; safe inside a transaction."""
        if not rows:
            return
        writes = [
            UpdateOne({"_id": self.id(key)}, {"$setOnInsert": {**row, "company": self.company}}, upsert=True)
            for key, row in rows.items()
        ]
        await self._collection.bulk_write(writes, ordered=False, session=session)

    async def change(
        self,
        where: Mapping[str, Any],
        update: Mapping[str, Any],
        *,
        sort: Sort | None = None,
        upsert: bool = False,
        session: Session | None = None,
    ) -> Row | None:
        """Change the first that fits and return it as it is afterwards."""
        return await self._collection.find_one_and_update(
            self._of(where), update, sort=sort, upsert=upsert, return_document=True, session=session
        )

    async def upsert(self, key: str, update: Mapping[str, Any]) -> Row:
        """Change one document by its key, made if it isn't there; outside of transactions only."""
        where = {"_id": self.id(key)}
        try:
            row = await self.change(where, update, upsert=True)
        except DuplicateKeyError:  # somebody else made it in the same moment
            row = await self.change(where, update, upsert=True)
        if row is None:
            raise RuntimeError("an upsert gave nothing")
        return row

    async def change_all(
        self, where: Mapping[str, Any], update: Mapping[str, Any], *, session: Session | None = None
    ) -> int:
        """Change all that fit; how many."""
        result = await self._collection.update_many(self._of(where), update, session=session)
        return result.modified_count

    async def drop(self, where: Mapping[str, Any], *, session: Session | None = None) -> int:
        """Delete all that fit; how many."""
        result = await self._collection.delete_many(self._of(where), session=session)
        return result.deleted_count

    async def distinct(self, field: str, where: Mapping[str, Any]) -> list[Any]:
        """The different values of a field."""
        return await self._collection.distinct(field, self._of(where))

    async def count(self, where: Mapping[str, Any], *, session: Session | None = None) -> int:
        """How many fit."""
        return await self._collection.count_documents(self._of(where), session=session)


BY_ORDER: Sort = [("n", ASCENDING)]
