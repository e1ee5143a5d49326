"""Documents, their versions and their passages."""

from collections.abc import Sequence
from datetime import UTC, datetime

from brain.knowledge.ports import Overtaken
from domain.errors import BadInput
from domain.ids import CompanyId, DocumentId, PassageId
from domain.knowledge import Document, ParsedDocument, Passage, Stage, Version
from store.client import transact, translated
from store.codec import dump, load
from store.scoped import Db, Row, Scoped, Session

PUBLISHABLE = (Stage.DRAFT, Stage.PUBLISHED)
IN_ORDER = [("document", 1), ("version", 1), ("position", 1)]


class MongoLibrary:
    """Implements `brain.knowledge.ports.Library`.

    A document's row says which version is current; passages carry their version and never change, so
    switching versions is one write and the two never mix.
    """

    def __init__(self, *, db: Db, company: CompanyId) -> None:
        self._db = db
        self._documents = Scoped(db=db, name="documents", company=company)
        self._parsed = Scoped(db=db, name="parsed", company=company)
        self._passages = Scoped(db=db, name="passages", company=company)
        self._numbers = Scoped(db=db, name="versions", company=company)
        self._shelf = Scoped(db=db, name="shelf", company=company)

    async def current(self) -> list[Document]:
        """Every document in service, by name."""
        async with translated():
            wanted = await self._in_service()
            rows = await self._documents.many({"$or": wanted}, sort=[("name", 1)]) if wanted else []
        return [load(Document, row) for row in rows]

    async def versions(self, name: str) -> list[Version]:
        """All versions of one document, newest first."""
        async with translated():
            rows = await self._documents.many({"name": name}, sort=[("version", -1)])
            return await self._shown(rows)

    async def version(self, document: DocumentId, number: int) -> Version | None:
        """One version."""
        async with translated():
            row = await self._documents.one({"id": document, "version": number})
            return (await self._shown([row]))[0] if row else None

    async def drafts(self) -> list[Version]:
        """Versions that wait to be published, oldest first."""
        async with translated():
            rows = await self._documents.many({"stage": Stage.DRAFT.value}, sort=[("at", 1)])
            return await self._shown(rows)

    async def reserve(self, name: str) -> int:
        """The number for the next version, never given twice."""

        async def step(session: Session) -> int:
            newest = await self._documents.one({"name": name}, sort=[("version", -1)], session=session)
            row = await self._numbers.get(_field(name), session=session)
            number = max(row["n"] if row else 0, newest["version"] if newest else 0) + 1
            await self._numbers.put(_field(name), {"n": number}, session=session)
            return number

        return await transact(self._db, step)

    async def stage(
        self,
        document: Document,
        parsed: ParsedDocument,
        passages: Sequence[Passage],
        *,
        base: int = 0,
        by: str = "",
    ) -> None:
        """Keep a version as a draft."""
        async with translated():
            await self._passages.once({passage.id: dump(passage) for passage in passages})
            state = {"stage": Stage.DRAFT.value, "base": base, "by": by}
            key = f"{document.name}|{document.version}"
            await self._parsed.once({key: dump(parsed)})
            await self._documents.once({key: {**dump(document), **state}})
            # Staged once more, it is compared anew; what is published stays as it is.
            again = {"_id": self._documents.id(key), "stage": Stage.DRAFT.value}
            await self._documents.change(again, {"$set": {"base": base, "by": by, "at": document.at}})

    async def publish(self, name: str, version: int, *, base: int | None = None, by: str = "") -> bool:
        """Make a draft or an earlier version the current one."""

        async def step(session: Session) -> bool:
            row = await self._documents.one({"name": name, "version": version}, session=session)
            if row is None or row.get("stage", Stage.PUBLISHED) not in PUBLISHABLE:
                raise BadInput(f"There is no version {version} of {name}.")
            serving = await self._serving_version(name, session)
            if serving == version:
                return False
            if base is not None and serving != base:
                raise Overtaken(f"Version {serving} of {name} is in service.")
            await self._settle(row, Stage.PUBLISHED, by, datetime.now(UTC), session)
            await self._serve(name, version, session)
            return True

        return await transact(self._db, step)

    async def settle(self, name: str, version: int, stage: Stage, *, by: str, at: datetime) -> bool:
        """End a draft without publishing it; its passages go."""

        async def step(session: Session) -> bool:
            where = {"name": name, "version": version, "stage": Stage.DRAFT.value}
            row = await self._documents.one(where, session=session)
            if row is None:
                return False
            await self._settle(row, stage, by, at, session)
            await self._passages.drop({"document": row["id"], "version": version}, session=session)
            await self._parsed.drop({"_id": self._parsed.id(f"{name}|{version}")}, session=session)
            return True

        return await transact(self._db, step)

    async def _settle(self, row: Row, stage: Stage, by: str, at: datetime, session: Session) -> None:
        values = {"stage": stage.value, "settled_by": by, "settled_at": at}
        await self._documents.change({"_id": row["_id"]}, {"$set": values}, session=session)

    async def parsed(self, name: str, version: int) -> ParsedDocument | None:
        """What was read from the file of a kept version."""
        async with translated():
            row = await self._parsed.get(f"{name}|{version}")
        return load(ParsedDocument, row) if row else None

    async def remove(self, name: str) -> bool:
        """Take a document out of service at once."""

        async def step(session: Session) -> bool:
            if not await self._serving_version(name, session):
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

    async def _serving_version(self, name: str, session: Session) -> int:
        row = await self._shelf.get("current", session=session)
        return int(row["versions"].get(_field(name)) or 0) if row else 0

    async def _shown(self, rows: Sequence[Row]) -> list[Version]:
        served = {(one["name"], one["version"]) for one in await self._in_service()}
        return [_version(row, current=(row["name"], row["version"]) in served) for row in rows]

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


def _version(row: Row, *, current: bool) -> Version:
    """Rows from before there were drafts have no stage: all of them were published."""
    return Version(
        document=load(Document, row),
        stage=Stage(row.get("stage", Stage.PUBLISHED)),
        current=current,
        base=row.get("base", 0),
        by=row.get("by", ""),
        settled_by=row.get("settled_by", ""),
        settled_at=row.get("settled_at"),
    )


def _field(name: str) -> str:
    """A document's name as a field of a MongoDB document, where dots and dollars mean something."""
    return name.encode().hex()


def _name(field: str) -> str:
    return bytes.fromhex(field).decode()
