"""Language, emotion, retrieval and prompt as the product does them. Run by `bench.pipeline`."""

from time import perf_counter

BEGAN = perf_counter()

import tempfile
from pathlib import Path
from typing import Any

from bench.corpus import ROOT
from bench.peers.driver import Answer, Said, main
from brain.knowledge.index import Chroma
from brain.knowledge.memory import MemoryLibrary
from brain.ports import Prompt
from brain.prompt import render
from brain.reading import Reader, question
from brain.relevance import REFUSE_BELOW
from brain.retrieval import HybridRetriever
from domain.answer import Author, Line, Tone, Turn
from domain.ids import CompanyId, DocumentId, PassageId
from domain.knowledge import Passage
from settings import parse
from wiring.models import Models

COMPANY = CompanyId("bench")
BENCH = {"companies": [{"id": "bench", "name": "Bench"}]}
TONE = Tone(company="Bench")


class Shelf(MemoryLibrary):
    """Serves given passages."""

    def __init__(self, passages: list[Passage]) -> None:
        super().__init__()
        self._passages = passages

    async def everything(self) -> list[Passage]:
        """All of them."""
        return self._passages


async def make(task: dict[str, Any]) -> Answer:
    """The brain's parts over the task's passages, with the product's own settings."""
    models = Models(parse(BENCH, path=ROOT / "config.toml", environment={}))
    chroma = await Chroma.open(Path(tempfile.mkdtemp()))
    index = chroma.index(COMPANY, models.encoder.id)
    passages = [_passage(number, *row) for number, row in enumerate(task["rows"])]
    await index.add([each.id for each in passages], await models.encoder.encode(task["passages"]))
    retriever = HybridRetriever(company=COMPANY, library=Shelf(passages), index=index, encoder=models.encoder)
    reader = Reader(
        languages=models.languages,
        emotions=models.emotions,
        retriever=retriever,
        clock=perf_counter,
        patience=10,
        enough=REFUSE_BELOW,
    )

    async def answer(text: str, history: Said) -> str:
        lines = tuple(Line(author=Author(author), text=words) for author, words in history)
        reading = await reader.read(Turn(company=COMPANY, text=text, history=lines, tone=TONE))
        prompt = Prompt(
            question=question(reading.turn),
            history=lines,
            passages=(reading.found or ())[: task["limit"]],
            language=reading.language,
            emotion=reading.emotion,
            tone=TONE,
        )
        return render(prompt).user

    return answer


def _passage(number: int, document: str, title: str, heading: str, text: str) -> Passage:
    return Passage(
        id=PassageId(str(number)),
        document=DocumentId(document),
        version=1,
        title=title,
        heading=heading,
        page=0,
        position=number,
        text=text,
    )


if __name__ == "__main__":
    main(make, BEGAN)
