"""A company's documents: library, index, retriever, and where its files are kept."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brain.batching import BatchedEncoder
from brain.golden import GoldenSet
from brain.knowledge.drafts import Drafts
from brain.knowledge.folder import Folder
from brain.knowledge.index import Chroma
from brain.knowledge.knowledge import Knowledge
from brain.knowledge.load import Bounds, Loader
from brain.knowledge.names import document_name
from brain.knowledge.publisher import Progress, silent
from brain.retrieval import HybridRetriever
from brain.shelf import blob_of
from brain.suggest import Suggester
from desk.extracts import SECONDS
from domain.answer import Line, Tone
from domain.ids import CompanyId
from domain.knowledge import Document
from settings import Company, Settings
from store.blobs import MongoBlobs
from store.golden import MongoGolden
from store.library import MongoLibrary
from store.scoped import Db
from wiring.clock import now
from wiring.models import Models

if TYPE_CHECKING:
    pass


async def chroma(settings: Settings) -> Chroma:
    """The vector store: a server by URL, else a folder that this process owns. Raises Unavailable."""
    if settings.chroma.url:
        return await Chroma.connect(settings.chroma.url)
    return await Chroma.open(settings.data / "chroma")


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """One company's documents, and how to find something in them."""

    knowledge: Knowledge
    drafts: Drafts
    library: MongoLibrary
    retriever: HybridRetriever
    folder: Folder
    golden: GoldenSet

    async def documents(self) -> list[Document]:
        """What is in service, by name."""
        return await self.library.current()

    async def ingest(self, name: str, data: bytes, *, progress: Progress = silent) -> Document:
        """Publish a document at once. Raises BadInput."""
        return await self.knowledge.ingest(document_name(name), data, progress=progress)


def books(settings: Settings, company: Company, *, db: Db, chroma: Chroma, encoder: BatchedEncoder) -> Books:
    """One company's documents."""
    id = CompanyId(company.id)
    folder = Folder(settings.data / "documents" / company.id)
    library = MongoLibrary(db=db, company=id)
    index = chroma.index(id, encoder.id)
    knowledge = Knowledge(
        company=id,
        library=library,
        index=index,
        encoder=encoder,
        loader=_loader(settings).load,
        clock=now,
        folder=folder,
    )
    blobs = MongoBlobs(db=db, company=id)

    async def forget(draft: str) -> None:
        await blobs.erase([blob_of(draft)])

    return Books(
        knowledge=knowledge,
        drafts=Drafts(publisher=knowledge.publisher, forget=forget),
        library=library,
        retriever=HybridRetriever(company=id, library=library, index=index, encoder=encoder),
        folder=folder,
        golden=GoldenSet(
            file=settings.root / company.golden if company.golden else None,
            uploaded=MongoGolden(db=db, company=id),
        ),
    )


def _loader(settings: Settings) -> Loader:
    section = settings.knowledge
    bounds = Bounds(megabytes=section.max_megabytes, seconds=section.parse_seconds)
    return Loader(bounds=bounds, pdf=_pdf(settings))


def _pdf(settings: Settings) -> str:
    return "pymupdf" if settings.knowledge.pdf == "pymupdf" else "pdfium"


def attachments(settings: Settings) -> Loader:
    """Reads what customers send, within less: they are many, and a message waits for it."""
    bounds = Bounds(megabytes=25, seconds=SECONDS, memory_megabytes=1024, words=50_000)
    return Loader(bounds=bounds, pdf=_pdf(settings))


def suggesting(
    settings: Settings, company: Company, models: Models, retriever: HybridRetriever
) -> Callable[[list[Line], str], Awaitable[str]]:
    """A proposed reply for an agent, from the documents and the thread so far."""
    tone = Tone(company=company.name, style=company.tone)
    suggester = Suggester(
        languages=models.languages,
        retriever=retriever,
        responder=models.responder,
        fallback=models.fallback,
        threshold=settings.brain.relevance,
    )

    async def suggest(lines: list[Line], language: str) -> str:
        return await suggester.suggest(CompanyId(company.id), lines, tone=tone, language=language)

    return suggest
