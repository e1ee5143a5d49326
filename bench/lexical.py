"""Words: bm25s in memory beside MongoDB's own text index, over the same passages.

    python -m bench.lexical [--data DIR] [--json]

Asked is the last message, and the conversation joined into one text. MongoDB is a private mongod that
the bench starts; where none can be started, bm25s is measured alone and that is said.
"""

import argparse
import json
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from rich.console import Console

from bench.corpus import SHARED, Corpus, Question, gold, read, run, served
from bench.measured import Figures, percentile, show
from brain.knowledge.passages import indexed
from brain.knowledge.words import WordIndex, terms
from brain.query import spoken
from domain.errors import DeskmateError
from domain.ids import PassageId
from domain.knowledge import Passage
from store.client import connect, database
from store.local import LocalMongod

Search = Callable[[str], Awaitable[list[PassageId]]]
_FOUND = 10


async def measured(corpus: Corpus) -> dict[str, Any]:
    """Both engines, as the JSON that the bench prints."""
    async with served(corpus.texts) as bench:
        passages = bench.passages
    wanted = gold(corpus, passages)
    results = {"bm25s": await _engine(_bm25s(passages), corpus.questions, wanted)}
    try:
        results |= await _mongo(passages, corpus.questions, wanted)
    except (DeskmateError, OSError) as error:
        Console(stderr=True).print(f"MongoDB was left out: {error}")
    return {**results, "questions": len(corpus.questions), "passages": len(passages), "data": corpus.name}


async def _engine(
    made: Awaitable[Search], questions: Sequence[Question], wanted: Sequence[frozenset[PassageId]]
) -> dict[str, float]:
    began = perf_counter()
    search = await made
    built = perf_counter() - began
    texts = {
        "last": [question.text for question in questions],
        "conversation": [" ".join(each.text for each in spoken(question.query)) for question in questions],
    }
    figures: Figures = {"build_ms": round(1000 * built, 1)}
    for name, asked in texts.items():
        hits, times = [], []
        for text, right in zip(asked, wanted, strict=True):
            began = perf_counter()
            found = await search(text)
            times.append(1000 * (perf_counter() - began))
            hits.append(any(id in right for id in found[:5]))
        figures[f"{name}_recall@5"] = round(sum(hits) / len(hits), 4)
        figures[f"{name}_p50_ms"] = round(percentile(times, 0.5), 3)
    return figures


async def _bm25s(passages: Sequence[Passage]) -> Search:
    index = WordIndex([indexed(passage) for passage in passages])

    async def search(text: str) -> list[PassageId]:
        scores = index.scores(text)
        return [passages[at].id for at in np.argsort(-scores)[:_FOUND] if scores[at] > 0]

    return search


async def _mongo(
    passages: Sequence[Passage], questions: Sequence[Question], wanted: Sequence[frozenset[PassageId]]
) -> dict[str, dict[str, float]]:
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        mongod = LocalMongod(folder=Path(folder))
        client = connect(await mongod.start())
        try:
            for language in ("english", "none"):
                collection = database(client, "bench")[language]
                made = _text_index(collection, passages, language)
                results[f"mongodb, {language}"] = await _engine(made, questions, wanted)
        finally:
            await client.close()
            await mongod.stop()
    return results


async def _text_index(collection: Any, passages: Sequence[Passage], language: str) -> Search:
    await collection.insert_many([{"_id": passage.id, "text": indexed(passage)} for passage in passages])
    await collection.create_index([("text", "text")], default_language=language)
    score = {"score": {"$meta": "textScore"}}

    async def search(text: str) -> list[PassageId]:
        words = " ".join(terms(text))  # its own syntax (quotes, minus signs) would change the question
        found = collection.find({"$text": {"$search": words}}, score).sort(score.items()).limit(_FOUND)
        return [PassageId(row["_id"]) async for row in found]

    return search


def main() -> None:
    """Read the arguments, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--data", type=Path, default=SHARED / "doc2dial")
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    corpus = read(given.data)
    if corpus is None:
        raise SystemExit(f"No docs.jsonl and questions.jsonl in {given.data}: nothing to measure with.")
    results = run(measured(corpus))
    engines = {name: figures for name, figures in results.items() if isinstance(figures, dict)}
    columns = list(engines["bm25s"])
    rows = [(name, *(figures[column] for column in columns)) for name, figures in engines.items()]
    show(
        f"Words alone: {results['questions']} questions, {results['passages']} passages", ("", *columns), rows
    )
    if given.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
