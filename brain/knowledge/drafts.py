"""Versions that somebody looks at before customers see them: staged, tried out, published or discarded."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from hashlib import sha256

import structlog

from brain.knowledge.difference import Difference, difference
from brain.knowledge.ports import Overtaken
from brain.knowledge.publisher import Floats, Progress, Publisher, silent
from brain.knowledge.trial import Trial
from brain.recent import Recent
from domain.errors import BadInput
from domain.ids import DocumentId
from domain.knowledge import Document, Passage, Stage, Version

log = structlog.get_logger(__name__)

KEPT = timedelta(days=7)
"""How long a draft waits for somebody to publish it."""
_VECTORS = 4  # drafts whose vectors are kept between their trial and their publication


Forget = Callable[[str], Awaitable[None]]


async def nothing(key: str) -> None:
    """Nothing is kept besides."""


class Drafts:
    """The drafts of one company's documents.

    ``forget`` lets go of what somebody keeps for a draft until it is published or not.
    """

    def __init__(self, *, publisher: Publisher, forget: Forget = nothing) -> None:
        self._publisher = publisher
        self._forget = forget
        self._library = publisher.library
        self._vectors: Recent[str, Floats] = Recent(_VECTORS)

    async def stage(self, name: str, data: bytes, *, by: str = "", progress: Progress = silent) -> Version:
        """Read a file and keep it as a draft; older drafts of the document give way to it.

        Raises BadInput: it can't be read, or is in service already.
        """
        before = await self._publisher.current(name)
        if before and before.sha256 == sha256(data).hexdigest():
            raise BadInput(f"{name} is in service already, word for word, as version {before.version}.")
        made = await self._publisher.made(name, data, progress)
        base = before.version if before else 0
        await self._library.stage(made.document, made.parsed, made.passages, base=base, by=by)
        for older in await self._library.drafts():
            if older.document.name == name and older.document.version < made.document.version:
                await self._settle(older, Stage.SUPERSEDED, by)
        log.info("document_staged", version=made.document.version, passages=made.document.passages)
        return Version(document=made.document, stage=Stage.DRAFT, base=base, by=by)

    async def trial(self, version: Version, *, threshold: float, progress: Progress = silent) -> Trial:
        """The documents as they are, and as they would be with a draft."""
        document = version.document
        passages = await self._library.kept(document.name, document.version)
        served = await self._library.everything()
        others = [passage for passage in served if passage.document != document.id]
        vectors = dict(await self._publisher.index.vectors([passage.id for passage in served]))
        fresh = await self._encoded(version, passages, progress)
        vectors |= zip((passage.id for passage in passages), fresh, strict=True)
        return await Trial.of(
            company=self._publisher.company,
            encoder=self._publisher.encoder,
            before=served,
            after=[*others, *passages],
            vectors=vectors,
            threshold=threshold,
        )

    async def difference(self, version: Version) -> Difference:
        """What is new in a draft."""
        document = version.document
        before = await self._library.kept(document.name, version.base) if version.base else []
        return difference(before, await self._library.kept(document.name, document.version))

    async def open(self) -> list[Version]:
        """Drafts that wait to be published, oldest first."""
        return [draft for draft in await self._library.drafts() if not self._old(draft)]

    async def publish(self, key: str, *, by: str = "", source: bytes | None = None) -> Document:
        """Put a draft into service. Raises BadInput saying who was first, or what came in between."""
        version = await self._open(key, source)
        document = version.document
        try:
            fresh = await self._publisher.put(
                document,
                vectors=self._vectors.get(key),
                source=source,
                base=version.base,
                by=by,
            )
        except Overtaken as overtaken:
            raise BadInput(
                f"What is in service of {document.name} has changed since this draft was compared with it. "
                "Please upload the file again."
            ) from overtaken
        if not fresh:
            raise BadInput(_said(await self._version(key)))
        await self._forget(key)
        log.info("document_published", version=document.version, passages=document.passages)
        return document

    async def discard(self, key: str, *, by: str = "") -> Document:
        """Let a draft go. Raises BadInput if there is none any more, saying what became of it."""
        version = await self._open(key)
        if not await self._settle(version, Stage.DISCARDED, by):
            raise BadInput(_said(await self._version(key)))
        return version.document

    async def expire(self) -> int:
        """Let drafts go that nobody published in time; how many."""
        old = [draft for draft in await self._library.drafts() if self._old(draft)]
        for draft in old:
            await self._settle(draft, Stage.EXPIRED, "")
        return len(old)

    async def _open(self, key: str, source: bytes | None = None) -> Version:
        version = await self._version(key)
        if version.current and source is not None:
            await self._publisher.mend(version.document, source)
        if self._old(version) and version.stage is Stage.DRAFT:
            await self._settle(version, Stage.EXPIRED, "")
            version = await self._version(key)
        if version.stage is not Stage.DRAFT:
            raise BadInput(_said(version))
        return version

    async def _version(self, key: str) -> Version:
        id, _, number = key.rpartition("-")
        version = await self._library.version(DocumentId(id), int(number)) if number.isdecimal() else None
        if version is None:
            raise BadInput("This draft isn't kept any more. Please upload the file again.")
        return version

    async def _settle(self, version: Version, stage: Stage, by: str) -> bool:
        document = version.document
        at = self._publisher.clock()
        settled = await self._library.settle(document.name, document.version, stage, by=by, at=at)
        if settled:
            await self._forget(version.key)
        return settled

    def _old(self, version: Version) -> bool:
        return self._publisher.clock() - version.document.at > KEPT

    async def _encoded(self, version: Version, passages: Sequence[Passage], progress: Progress) -> Floats:
        known = self._vectors.get(version.key)
        if known is None:
            known = await self._publisher.encoded(passages, progress)
            self._vectors.put(version.key, known)
        return known


def _said(version: Version) -> str:
    """What became of a draft, for whoever presses its button too late."""
    document, who = version.document, version.settled_by or "somebody"
    name = f"Version {document.version} of {document.name}"
    if version.stage is Stage.PUBLISHED:
        now = "is in service" if version.current else "was replaced since"
        return f"{name} {now}: {who} published it."
    return {
        Stage.DISCARDED: f"{name} was discarded by {who}.",
        Stage.SUPERSEDED: f"{who} uploaded a newer draft of {document.name} since. /kb drafts shows it."
        if version.settled_by
        else f"There is a newer draft of {document.name}. /kb drafts shows it.",
        Stage.EXPIRED: f"{name} was not published within {KEPT.days} days. Please upload the file again.",
        Stage.DRAFT: f"{name} is still a draft.",
    }[version.stage]
