"""How often the passage that holds the answer is found, beside two baselines on the same data.

    python -m bench.retrieval [--data DIR] [--json]

The tutorial: chunks of 500 characters, the last message's vector, nothing else. BM25: our passages, the
words of the last message. A hit is a passage (at most 250 tokens) that holds the start of the answer.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.corpus import SHARED, Bench, Corpus, gold, handbook_questions, held_out, read, run, served
from brain.knowledge.passages import indexed
from brain.knowledge.snapshot import Snapshot
from brain.query import spoken
from brain.retrieval import DOCUMENT_WEIGHT, NEAREST
from domain.knowledge import Passage

Lists = Sequence[Sequence[int]]

CHUNK = 500
CONTEXT = 1_000
METRICS = ("recall@1", "recall@5", "recall@10", "mrr@10", "doc_recall@5", "recall_1000_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One result: whether it holds the answer, is of the right document, and its length."""

    right: bool
    document: bool
    tokens: int


def summed(results: Sequence[Sequence[Hit]]) -> dict[str, float]:
    """The metrics of ranked results, one list a question."""
    ranks = [next((at for at, hit in enumerate(hits[:10]) if hit.right), None) for hits in results]
    found = [rank for rank in ranks if rank is not None]
    count = max(1, len(results))
    return {
        **{f"recall@{k}": round(sum(rank < k for rank in found) / count, 4) for k in (1, 5, 10)},
        "mrr@10": round(sum(1 / (rank + 1) for rank in found) / count, 4),
        "doc_recall@5": round(sum(any(hit.document for hit in hits[:5]) for hits in results) / count, 4),
        "recall_1000_tokens": round(sum(_within(hits) for hits in results) / count, 4),
    }


def _within(hits: Sequence[Hit]) -> bool:
    used = 0
    for hit in hits:
        used += hit.tokens
        if used > CONTEXT:
            return False
        if hit.right:
            return True
    return False


async def measured(corpus: Corpus) -> dict[str, object]:
    """Everything, as the JSON that the bench prints."""
    async with served(corpus.texts) as bench:
        lengths = dict(
            zip(
                (passage.id for passage in bench.passages),
                bench.encoder.count_tokens([indexed(passage) for passage in bench.passages]),
                strict=True,
            )
        )
        wanted = gold(corpus, bench.passages)
        ranked = await _ours(bench, corpus)
        lexical, fused = await _others(bench, corpus)
        judged = {
            name: [
                [
                    Hit(right=p.id in right, document=_same(p, right, bench), tokens=lengths[p.id])
                    for p in passages
                ]
                for passages, right in zip(lists, wanted, strict=True)
            ]
            for name, lists in (("ours", ranked), ("bm25", lexical), ("rrf", fused))
        }
        judged["tutorial"] = await _tutorial(bench, corpus)
    fresh = [at for at, question in enumerate(corpus.questions) if held_out(question.document)]
    return {
        **{name: summed(results) for name, results in judged.items()},
        "held_out": summed([judged["ours"][at] for at in fresh]),
        "passage_tokens_max": max(lengths.values()),
        "passages": len(lengths),
        "questions": len(corpus.questions),
        "without_place": sum(not right for right in wanted),
        "data": corpus.name,
    }


def _same(passage: Passage, right: frozenset[str], bench: Bench) -> bool:
    documents = {each.document for each in bench.passages if each.id in right}
    return passage.document in documents


async def _ours(bench: Bench, corpus: Corpus) -> list[list[Passage]]:
    return [
        [found.passage for found in await bench.retriever.search(each.query)] for each in corpus.questions
    ]


async def _others(bench: Bench, corpus: Corpus) -> tuple[list[list[Passage]], list[list[Passage]]]:
    """BM25 over the last message; and our own four scores joined by rank instead of by value."""
    snapshot = Snapshot(bench.passages, 0)
    lexical: list[list[Passage]] = []
    fused: list[list[Passage]] = []
    for question in corpus.questions:
        said = spoken(question.query)
        own = snapshot.words.scores(question.text)
        every = np.sum([each.weight * snapshot.words.scores(each.text) for each in said], axis=0)
        lexical.append([bench.passages[at] for at in np.argsort(-own)[:10] if own[at] > 0])
        near = await bench.index.search(await bench.retriever.encoded(said), NEAREST)
        talk, last = ([snapshot.at[id] for id, _ in nearest] for nearest in near)
        words, all_words = (np.argsort(-scores)[:NEAREST].tolist() for scores in (own, every))
        fused.append([bench.passages[at] for at in _by_ranks(snapshot, (talk, all_words), (last, words))])
    return lexical, fused


def _by_ranks(snapshot: Snapshot, talk: Lists, last: Lists) -> list[int]:
    """Reciprocal ranks (k = 60) of all lists, and those of the document's best for the conversation."""
    subject = _reciprocal(snapshot, talk)
    total = subject + _reciprocal(snapshot, last) + DOCUMENT_WEIGHT * snapshot.best_of_document(subject)
    return np.argsort(-total, kind="stable")[:10].tolist()


def _reciprocal(snapshot: Snapshot, lists: Lists, k: int = 60) -> NDArray[np.float32]:
    scores = np.zeros(len(snapshot.passages), dtype=np.float32)
    for ranking in lists:
        scores[ranking] += 1 / (k + 1 + np.arange(len(ranking), dtype=np.float32))
    return scores


async def _tutorial(bench: Bench, corpus: Corpus) -> list[list[Hit]]:
    chunks = [
        (text.name, start, text.text[start : start + CHUNK])
        for text in corpus.texts
        for start in range(0, len(text.text), CHUNK)
    ]
    words = [chunk for _, _, chunk in chunks]
    vectors, tokens = await bench.encoder.encode(words), bench.encoder.count_tokens(words)
    asked = await bench.encoder.encode([question.text for question in corpus.questions])
    results: list[list[Hit]] = []
    for question, vector in zip(corpus.questions, asked, strict=True):
        hits = []
        for at in np.argsort(-(vectors @ vector))[:10]:
            name, start, _ = chunks[at]
            right = name == question.document and start <= question.start < start + CHUNK
            hits.append(Hit(right=right, document=name == question.document, tokens=tokens[at]))
        results.append(hits)
    return results


async def on_handbook() -> dict[str, object]:
    """The example handbook's own questions, where no data is at hand."""
    questions, _ = handbook_questions()
    async with served((), handbook=True) as bench:
        results = []
        for question in questions:
            found = await bench.retriever.search(question.query)
            results.append([_handbook_hit(each.passage, question.words) for each in found])
    return {"ours": summed(results), "questions": len(questions), "data": "handbook"}


def _handbook_hit(passage: Passage, words: Sequence[str]) -> Hit:
    text = indexed(passage)
    return Hit(right=any(each.strip() in text for each in words), document=True, tokens=len(text) // 4)


def shown(results: dict[str, object]) -> None:
    """Print the metrics as a table."""
    table = Table(
        title=f"Retrieval: {results['questions']} questions, {results.get('passages', '?')} passages"
    )
    table.add_column("")
    for metric in METRICS:
        table.add_column(metric, justify="right")
    for name in ("ours", "held_out", "rrf", "bm25", "tutorial"):
        if isinstance(row := results.get(name), dict):
            table.add_row(name, *(f"{row[metric]:.3f}" for metric in METRICS))
    Console(stderr=True).print(table)


def main() -> None:
    """Read the arguments, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--data", type=Path, default=SHARED / "doc2dial")
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    corpus = read(given.data)
    if corpus is None:
        Console(stderr=True).print(
            f"No docs.jsonl and questions.jsonl in {given.data}: using the handbook instead."
        )
    results = run(measured(corpus) if corpus else on_handbook())
    shown(results)
    if given.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
