"""Documents, their versions and their passages."""

from collections.abc import Sequence

from domain.errors import BadInput
from domain.ids import CompanyId, PassageId
from domain.knowledge import Document, ParsedDocument, Passage
from store.client import transact, translated
from store.codec import dump, load
from store.scoped import Db, Row, Scoped, Session

IN_ORDER = [("document", 1), ("version", 1), ("position", 1)]


class MongoLibrary:
    """Implements `brain.knowledge.ports.Library`.

    A document's row says which version is current; passages carry their version and never change, so
    switching versions is one write and the two never mix.
    """

    def __init__(self, *, db: Db, company: CompanyId) -> None:
        self._db = db
        self._documents = Scoped(db=db, name="documents", company=company)
        self._passages = Scoped(db=db, name="passages", company=company)
        self._shelf = Scoped(db=db, name="shelf", company=company)

    async def current(self) -> list[Document]:
        """Every document in service, by name."""
        async with translated():
            wanted = await self._in_service()
            rows = await self._documents.many({"$or": wanted}, sort=[("name", 1)]) if wanted else []
        return [load(Document, row) for row in rows]

    async def versions(self, name: str) -> list[Document]:
        """All kept versions of one document, newest first."""
        async with translated():
            rows = await self._documents.many({"name": name}, sort=[("version", -1)])
        return [load(Document, row) for row in rows]

    async def stage(self, document: Document, parsed: ParsedDocument, passages: Sequence[Passage]) -> None:
        """Keep a version without serving it."""
        async with translated():
            await self._passages.once({passage.id: dump(passage) for passage in passages})
            row = {**dump(document), "parsed": dump(parsed)}
            await self._documents.once({f"{document.name}|{document.version}": row})

    async def publish(self, name: str, version: int) -> None:
        """Make a kept version the current one."""

        async def step(session: Session) -> None:
            if not await self._documents.one({"name": name, "version": version}, session=session):
                raise BadInput(f"There is no version {version} of {name}.")
            await self._serve(name, version, session)

        await transact(self._db, step)

    async def remove(self, name: str) -> bool:
        """Take a document out of service at once."""

        async def step(session: Session) -> bool:
            row = await self._shelf.get("current", session=session)
            if not row or not row["versions"].get(_field(name)):
                return False
            await self._serve(name, 0, session)
            return True

        return await transact(self._db, step)

    async def passages(self, ids: Sequence[PassageId]) -> list[Passage]:
        """Those of the ids that belong to current versions, in the order asked."""
        where = {"_id": {"$in": [self._passages.id(id) for id in ids]}}
        found = {passage.id: passage for passage in await self._serving(where)}
        return [found[id] for id in ids if id in found]

    async def kept(self, name: str, version: int) -> list[Passage]:
        """The passages of one kept version, in service or not, by position."""
        async with translated():
            document = await self._documents.one({"name": name, "version": version})
            if document is None:
                return []
            where = {"document": document["id"], "version": version}
            rows = await self._passages.many(where, sort=[("position", 1)])
        return [load(Passage, row) for row in rows]

    async def everything(self) -> list[Passage]:
        """All passages of current versions, by document and position."""
        return await self._serving({})

    async def revision(self) -> int:
        """A number that changes with every publication and removal."""
        async with translated():
            row = await self._shelf.get("current")
        return int(row["revision"]) if row else 0

    async def _serve(self, name: str, version: int, session: Session) -> None:
        update = {"$set": {f"versions.{_field(name)}": version}, "$inc": {"revision": 1}}
        where = {"_id": self._shelf.id("current")}
        await self._shelf.change(where, update, upsert=True, session=session)

    async def _in_service(self) -> list[Row]:
        row = await self._shelf.get("current")
        versions = row["versions"] if row else {}
        return [{"name": _name(field), "version": version} for field, version in versions.items() if version]

    async def _serving(self, where: Row) -> list[Passage]:
        async with translated():
            current = {(document.id, document.version) for document in await self.current()}
            if not current:
                return []
            pairs = [{"document": document, "version": version} for document, version in current]
            rows = await self._passages.many({**where, "$or": pairs}, sort=IN_ORDER)
        return [load(Passage, row) for row in rows]


def _field(name: str) -> str:
    """A document's name as a field of a MongoDB document, where dots and dollars mean something."""
    return name.encode().hex()


def _name(field: str) -> str:
    return bytes.fromhex(field).decode()
