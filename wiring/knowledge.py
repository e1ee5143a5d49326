"""A company's documents: library, index, retriever, and where its files are kept."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from brain.batching import BatchedEncoder
from brain.gaps import Gaps, Unanswered
from brain.knowledge.index import Chroma, ChromaIndex
from brain.knowledge.json_file import write_beside
from brain.knowledge.knowledge import Knowledge, Progress, silent
from brain.knowledge.load import Bounds, Loader
from brain.retrieval import HybridRetriever
from brain.suggest import Suggester
from domain.answer import Line, Tone
from domain.emotion import CALM
from domain.ids import CompanyId
from domain.knowledge import Document, ParsedDocument
from domain.log import Kind
from settings import Company, Settings
from store.library import MongoLibrary
from store.log import MongoLog
from store.scoped import Db
from wiring.clock import now
from wiring.models import Models


async def chroma(settings: Settings) -> Chroma:
    """The vector store: a server by URL, else a folder that this process owns. Raises Unavailable."""
    if settings.chroma.url:
        return await Chroma.connect(settings.chroma.url)
    return await Chroma.open(settings.data / "chroma")


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """One company's documents, and how to find something in them."""

    knowledge: Knowledge
    library: MongoLibrary
    index: ChromaIndex
    retriever: HybridRetriever
    folder: Path
    loader: Loader

    async def documents(self) -> list[Document]:
        """What is in service, by name."""
        return await self.library.current()

    async def ingest(self, name: str, data: bytes, *, progress: Progress = silent) -> Document:
        """Publish a document; its source and its JSON are kept in the data folder. Raises BadInput."""
        document = await self.knowledge.ingest(name, data, progress=progress)
        await asyncio.to_thread(self._keep, _file_name(name), data)
        return document

    async def remove(self, name: str) -> bool:
        """Take a document out of service."""
        return await self.knowledge.remove(name)

    def _keep(self, name: str, data: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(data)


def books(settings: Settings, company: Company, *, db: Db, chroma: Chroma, encoder: BatchedEncoder) -> Books:
    """One company's documents."""
    id = CompanyId(company.id)
    folder = settings.data / "documents" / company.id
    library = MongoLibrary(db=db, company=id)
    index = chroma.index(id, encoder.id)
    section = settings.knowledge
    bounds = Bounds(megabytes=section.max_megabytes, seconds=section.parse_seconds)
    loader = Loader(bounds=bounds, pdf="pymupdf" if section.pdf == "pymupdf" else "pdfium")

    async def load(data: bytes, name: str) -> ParsedDocument:
        parsed = await loader.load(data, name)
        await asyncio.to_thread(_write_json, folder, _file_name(name), parsed)
        return parsed

    return Books(
        knowledge=Knowledge(
            company=id, library=library, index=index, encoder=encoder, loader=load, clock=now
        ),
        library=library,
        index=index,
        retriever=HybridRetriever(company=id, library=library, index=index, encoder=encoder),
        folder=folder,
        loader=loader,
    )


GAPS = timedelta(days=30)
"""How far back refused questions are tried again after an upload."""


def gaps_closed(
    settings: Settings, company: Company, books: Books, *, encoder: BatchedEncoder, log: MongoLog
) -> Callable[[], Awaitable[str]]:
    """Tries the questions that were refused lately again: what did the latest upload close?"""
    id = CompanyId(company.id)
    gaps = Gaps(company=id, encoder=encoder, retriever=books.retriever, threshold=settings.brain.relevance)

    async def closed() -> str:
        end = now()
        asked = log.between(end - GAPS, end, kinds={Kind.QUESTION_UNANSWERED})
        refused = [Unanswered(question=str(one.data["question"]), emotion=CALM) async for one in asked]
        return (await gaps.retry(await gaps.find(refused))).line()

    return closed


def _file_name(name: str) -> str:
    """A document's name as a file of one folder: ``a/prices.md`` and ``b/prices.md`` stay apart."""
    return "__".join(part for part in Path(name).parts if part not in ("/", "..", "."))


def _write_json(folder: Path, name: str, parsed: ParsedDocument) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_beside(folder / name, parsed)


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
