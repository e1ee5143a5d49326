"""What admins do with a company's documents: joined from the documents, its questions and its gaps."""

import time
from collections.abc import Awaitable, Callable, Sequence

from brain.brain import Brain
from brain.gaps import Gap, Retried, retry
from brain.policy import Policy
from brain.ports import Retriever
from brain.rehearsal import Questions, Rehearsal
from brain.shelf import Shelf
from desk.attachments import Files
from desk.crew import Crew
from desk.documents import DocumentDesk
from desk.faq import FaqDesk
from desk.firm import Firm
from desk.library import LibraryDesk
from desk.progress import Notes
from desk.telling import Teller
from domain.answer import Tone
from reports.service import Reporter
from wiring.parts import Parts

GAPS = "30d"
"""How far back refused questions are tried again with a new document."""
MOST_GAPS = 100
"""The weightiest ones; an upload shouldn't take minutes."""
RECENT = 30
"""So many different questions of customers are asked again."""
_TRACES = 120


def desks(
    parts: Parts, known: Firm, *, crew: Crew, teller: Teller, notes: Notes, files: Files, reporter: Reporter
) -> tuple[DocumentDesk, LibraryDesk, FaqDesk]:
    """/upload, /kb and answers out of conversations."""
    shelf = _shelf(parts, reporter)
    documents = DocumentDesk(
        crew=crew,
        teller=teller,
        notes=notes,
        files=files,
        shelf=shelf,
        gaps=_closed(parts, reporter),
        confirm=parts.settings.knowledge.confirm,
    )
    faq = FaqDesk(
        firm=known,
        crew=crew,
        teller=teller,
        records=parts.kept.records,
        outbox=parts.kept.outbox,
        shelf=shelf,
    )
    parts.connections.prefill = faq.prefill
    return documents, LibraryDesk(crew=crew, teller=teller, shelf=shelf), faq


def _shelf(parts: Parts, reporter: Reporter) -> Shelf:
    books, kept, company = parts.books, parts.kept, parts.company
    rehearsal = Rehearsal(
        company=parts.id,
        drafts=books.drafts,
        judge=_judge(parts),
        questions=_questions(parts, reporter),
        threshold=parts.settings.brain.relevance,
        tone=Tone(company=company.name, style=company.tone),
        clock=time.monotonic,
    )
    return Shelf(
        knowledge=books.knowledge,
        drafts=books.drafts,
        library=books.library,
        rehearsal=rehearsal,
        golden=books.golden,
        keep=kept.blobs.put,
        fetch=kept.blobs,
    )


def _judge(parts: Parts) -> Callable[[Retriever], Brain]:
    """The company's brain over another search, without a language model."""
    models, section = parts.models, parts.settings.brain

    def judge(retriever: Retriever) -> Brain:
        return Brain(
            languages=models.languages,
            emotions=models.emotions,
            retriever=retriever,
            responder=models.fallback,
            fallback=models.fallback,
            threshold=section.relevance,
            policy=Policy(anger=section.anger, refusals=section.refusals),
            clock=time.monotonic,
        )

    return judge


def _questions(parts: Parts, reporter: Reporter) -> Questions:
    async def gaps() -> Sequence[Gap]:
        return (await reporter.view(period=GAPS)).gaps[:MOST_GAPS]

    async def recent() -> list[str]:
        """Small talk is left out: nothing was looked up for it."""
        rows = await parts.kept.records.traces(_TRACES)
        asked = (row["question"] for row in rows if row["answer"]["sources"] or row["answer"]["refused"])
        return list(dict.fromkeys(asked))[:RECENT]

    return Questions(golden=parts.books.golden.questions, gaps=gaps, recent=recent)


def _closed(parts: Parts, reporter: Reporter) -> Callable[[], Awaitable[Retried]]:
    """Tries the questions that were refused lately again: what did the latest upload close?"""

    async def closed() -> Retried:
        gaps = (await reporter.view(period=GAPS)).gaps[:MOST_GAPS]
        relevance = parts.settings.brain.relevance
        return await retry(gaps, parts.books.retriever, company=parts.id, threshold=relevance)

    return closed
