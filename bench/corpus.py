"""Documents and questions to measure the search with, in the format of doc2dial or from the handbook.

``docs.jsonl``: doc_id, text, perhaps a title. ``questions.jsonl``: doc_id, turns (oldest first; the last
is the question), answer, answer_start (its offset in the document's text). Documents without a word, and
questions about documents that aren't there, are left out.
"""

import asyncio
import json
import re
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import Any

from brain.batching import BatchedEncoder
from brain.knowledge.index import Chroma, ChromaIndex
from brain.knowledge.knowledge import Knowledge
from brain.knowledge.load import Loader
from brain.knowledge.loaders.extract import Pages, unheard
from brain.knowledge.loaders.text import from_words
from brain.knowledge.memory import MemoryLibrary
from brain.models import load_encoder
from brain.ports import Query
from brain.retrieval import HybridRetriever
from domain.answer import Author, Line
from domain.ids import CompanyId, PassageId
from domain.knowledge import ParsedDocument, Passage

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"
HANDBOOK = ROOT / "examples" / "company_data.pdf"
HANDBOOK_QUESTIONS = Path(__file__).parent / "handbook_questions.json"
COMPANY = CompanyId("bench")
_AUTHORS = {"customer": Author.CUSTOMER, "agent": Author.AGENT}
_OR = re.compile(r"(?<! )\|(?! )")  # between cells of a table a bar has spaces
_VERSION_MARK = re.compile(r"#\d+_\d+$")  # doc2dial's titles carry the place they were cut from


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A document as it was given."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """``start`` and ``length`` are the answer's place in the document; else ``words`` name it."""

    document: str
    text: str
    history: tuple[Line, ...] = ()
    start: int = -1
    length: int = 0
    words: tuple[str, ...] = ()

    @property
    def query(self) -> Query:
        """As the brain asks it."""
        return Query(company=COMPANY, text=self.text, history=self.history, limit=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What is searched and what is asked."""

    name: str
    texts: tuple[Text, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The product's own parts over a corpus."""

    library: MemoryLibrary
    index: ChromaIndex
    encoder: BatchedEncoder
    knowledge: Knowledge
    retriever: HybridRetriever
    passages: list[Passage]


def held_out(document: str) -> bool:
    """Whether a document is of the half that nothing was chosen on."""
    return bool(md5(document.encode(), usedforsecurity=False).digest()[-1] & 1)


def read(folder: Path) -> Corpus | None:
    """A folder's corpus, or None where it isn't one."""
    docs, questions = folder / "docs.jsonl", folder / "questions.jsonl"
    if not (docs.is_file() and questions.is_file()):
        return None
    texts = {row["doc_id"]: _text(row) for row in _rows(docs) if row["text"].strip()}
    wanted = [_question(row) for row in _rows(questions) if row["doc_id"] in texts]
    return Corpus(name=folder.name, texts=tuple(texts.values()), questions=tuple(wanted))


def _text(row: dict[str, Any]) -> Text:
    title = _VERSION_MARK.sub("", row.get("title") or row["doc_id"])
    return Text(name=row["doc_id"], title=title, text=row["text"])


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _question(row: dict[str, Any]) -> Question:
    """Messages of the customer since the last reply are one question, as the desk joins them."""
    turns = row["turns"]
    start = len(turns) - 1
    while start > 0 and turns[start - 1]["from"] == "customer":
        start -= 1
    history = (
        Line(author=_AUTHORS.get(turn["from"], Author.AGENT), text=turn["text"]) for turn in turns[:start]
    )
    return Question(
        document=row["doc_id"],
        text=" ".join(turn["text"] for turn in turns[start:]),
        history=tuple(history),
        start=row["answer_start"],
        length=len(row.get("answer", "")),
    )


def handbook_questions() -> tuple[list[Question], list[Question]]:
    """The questions about the example handbook: those that it answers, and those that it doesn't."""
    rows = json.loads(HANDBOOK_QUESTIONS.read_text(encoding="utf-8"))
    answerable = [_of_handbook(text, words) for text, words in rows["answerable"]]
    answerable += [_of_handbook(text, words, said) for said, text, words in rows["follow_ups"]]
    return answerable, [_of_handbook(text, "") for text in rows["unanswerable"]]


def _of_handbook(text: str, words: str, said: Sequence[str] = ()) -> Question:
    authors = (Author.CUSTOMER, Author.BOT)
    history = tuple(Line(author=authors[at % 2], text=line) for at, line in enumerate(said))
    return Question(document=HANDBOOK.name, text=text, history=history, words=tuple(_OR.split(words)))


@asynccontextmanager
async def served(texts: Sequence[Text], *, handbook: bool = False) -> AsyncIterator[Bench]:
    """The corpus in service, in a ChromaDB folder that is thrown away afterwards."""
    encoder = local_encoder()
    library = MemoryLibrary()
    with tempfile.TemporaryDirectory() as folder:
        chroma = await Chroma.open(Path(folder))
        index = chroma.index(COMPANY, encoder.id)
        shared = {"company": COMPANY, "library": library, "index": index, "encoder": encoder}
        known = {text.name: text for text in texts}
        knowledge = Knowledge(**shared, loader=_Loader(known).load, clock=lambda: datetime.now(UTC))
        for text in texts:
            await knowledge.ingest(text.name, text.text.encode())
        if handbook:
            await knowledge.ingest(HANDBOOK.name, HANDBOOK.read_bytes())
        yield Bench(
            library=library,
            index=index,
            encoder=encoder,
            knowledge=knowledge,
            retriever=HybridRetriever(**shared),
            passages=await library.everything(),
        )
        await chroma.close()


def local_encoder() -> BatchedEncoder:
    """The encoder that the product uses by default."""
    model = load_encoder("minilm", cache_dir=ROOT / ".cache" / "models", threads=2)
    return BatchedEncoder(model, executor=ThreadPoolExecutor(1))


class _Loader:
    """Texts of the corpus are parsed here and keep their given titles; other files as usual."""

    def __init__(self, texts: dict[str, Text]) -> None:
        self._texts = texts

    async def load(self, data: bytes, name: str, *, pages: Pages = unheard) -> ParsedDocument:
        given = self._texts.get(name)
        if given is None:
            return await Loader().load(data, name)
        extract = from_words(given.text, given.title)
        return ParsedDocument(
            title=given.title,
            sections=extract.sections,
            pages=0,
            mime="text/plain",
            sha256=md5(data, usedforsecurity=False).hexdigest(),
        )


def gold(corpus: Corpus, passages: Sequence[Passage]) -> list[frozenset[PassageId]]:
    """For each question the passages that hold the start of its answer."""
    spans = {name: _spans(text, own) for name, text, own in _by_document(corpus, passages)}
    starts = {text.name: text.text for text in corpus.texts}
    found: list[frozenset[PassageId]] = []
    for question in corpus.questions:
        at = question.start
        words = starts[question.document]
        at += len(words[at:]) - len(words[at:].lstrip())
        found.append(frozenset(id for id, start, end in spans[question.document] if start <= at < end))
    return found


def _by_document(corpus: Corpus, passages: Sequence[Passage]) -> Iterator[tuple[str, str, list[Passage]]]:
    from brain.knowledge.publisher import document_id

    own: dict[str, list[Passage]] = {}
    for passage in passages:
        own.setdefault(passage.document, []).append(passage)
    for text in corpus.texts:
        yield text.name, text.text, own.get(document_id(COMPANY, text.name), [])


def _spans(text: str, passages: Sequence[Passage]) -> list[tuple[PassageId, int, int]]:
    """Where passages stand in a text, spaces aside. A passage's own heading belongs to it."""
    places = [at for at, letter in enumerate(text) if not letter.isspace()]
    packed = "".join(text[at] for at in places)
    spans: list[tuple[PassageId, int, int]] = []
    at = 0
    for passage in passages:
        words = "".join(passage.text.split())
        start = packed.find(words, at)
        if start < 0:
            continue
        heading = "".join(passage.heading.split(" > ")[-1].split())
        first = start - len(heading) if heading and packed[:start].endswith(heading) else start
        at = start + len(words)
        spans.append((passage.id, places[first], places[at - 1] + 1))
    return spans


def without(corpus: Corpus, names: frozenset[str]) -> Corpus:
    """The corpus without some documents; their questions stay."""
    return replace(corpus, texts=tuple(text for text in corpus.texts if text.name not in names))


def run(work: Any) -> Any:
    """Run a bench's main coroutine with quiet logs."""
    import logging

    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    return asyncio.run(work)
