"""Whether the search knows what it doesn't know.

    python -m bench.refusal [--data DIR] [--json] [--fit]

Answerable: questions about documents in the index. Unanswerable: out-of-scope queries of clinc_oos, and
questions about the fifth of the documents that is left out of the index, save those whose answer
another document gives as well. ``--fit`` prints new weights for `brain.relevance`, learned on half.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import md5
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from bench.corpus import (
    SHARED,
    Bench,
    Corpus,
    Question,
    handbook_questions,
    held_out,
    read,
    run,
    served,
    without,
)
from brain.knowledge.snapshot import Snapshot
from brain.knowledge.words import stems, terms
from brain.relevance import REFUSE_BELOW, Evidence, Weights, features, relevance
from domain.answer import Author, Line

PASSAGES = 6  # what an answer is written from; the best of them decides
ELSEWHERE = 0.5  # so much of an answer's rare words in another document: it is answered there too
ANSWERABLE = ("documents", "handbook")
UNANSWERABLE = ("out of scope", "left out")
OTHERS = ("left out, all", "off topic in a conversation", "handbook, near", "handbook, out of scope")
LEAN = (
    0.25  # added to the bias: a needless refusal costs more than a source that the model can still turn down
)
# Of what the weights are learned: shares of the two sides, whatever the sizes of the groups.
SHARES = {
    "documents": 3.0,
    "handbook": 1.5,
    "out of scope": 1.0,
    "left out": 1.0,
    "off topic in a conversation": 1.0,
    "handbook, near": 1.0,
    "handbook, out of scope": 0.5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question's best passages; ``fresh``: it belongs to the half that nothing was fitted on."""

    evidence: tuple[Evidence, ...]
    fresh: bool

    @property
    def relevance(self) -> float:
        """What decides between answer and refusal."""
        return max((relevance(each) for each in self.evidence), default=0.0)


Groups = Mapping[str, Sequence[Asked]]


def left_out(document: str) -> bool:
    """Every fifth document, by its name's hash."""
    return md5(b"x" + document.encode(), usedforsecurity=False).digest()[-1] % 5 == 0


async def asked(bench: Bench, questions: Sequence[Question]) -> list[Asked]:
    """Search for each question. Those without a document take turns in being fresh."""
    found = []
    for number, question in enumerate(questions):
        matches = await bench.retriever.matches(replace(question.query, limit=PASSAGES))
        fresh = held_out(question.document) if question.document else bool(number % 2)
        found.append(Asked(evidence=tuple(match.evidence for _, match in matches), fresh=fresh))
    return found


async def on_documents(corpus: Corpus, foreign: Sequence[str]) -> dict[str, list[Asked]]:
    """The corpus without a fifth of its documents, asked about both and about foreign things."""
    names = frozenset(text.name for text in corpus.texts if left_out(text.name))
    here = [question for question in corpus.questions if question.document not in names]
    gone = [question for question in corpus.questions if question.document in names]
    async with served(without(corpus, names).texts) as bench:
        only_there = _only_there(bench, corpus, gone)
        return {
            "documents": await asked(bench, here),
            "out of scope": await asked(bench, [Question(document="", text=text) for text in foreign]),
            "left out": await asked(bench, only_there),
            "left out, all": await asked(bench, gone),
            "off topic in a conversation": await asked(bench, _interrupted(here, foreign)),
        }


def _only_there(bench: Bench, corpus: Corpus, gone: Sequence[Question]) -> list[Question]:
    """Questions whose answer no document in the index gives; a quarter and more are given twice."""
    words = Snapshot(bench.passages, 0).words
    texts = {text.name: text.text for text in corpus.texts}
    kept = []
    for question in gone:
        answer = texts[question.document][question.start :][: question.length or 200]
        wanted = stems(terms(answer))
        near = np.argsort(-words.scores(answer))[:5].tolist()
        if max((words.cover(wanted, at) for at in near), default=0.0) < ELSEWHERE:
            kept.append(question)
    return kept


def _interrupted(here: Sequence[Question], foreign: Sequence[str]) -> list[Question]:
    """Foreign questions in the middle of conversations about the documents."""
    random = Random(1)
    talks = [question for question in here if question.history]
    if not talks:
        return []
    mixed = []
    for text in foreign:
        talk = random.choice(talks)
        said = (*talk.history, Line(author=Author.CUSTOMER, text=talk.text))
        mixed.append(Question(document=talk.document, text=text, history=said))
    return mixed


async def on_handbook(foreign: Sequence[str]) -> dict[str, list[Asked]]:
    """The example handbook: its own questions, near misses, and foreign ones."""
    answerable, near = handbook_questions()
    async with served((), handbook=True) as bench:
        own = [replace(question, document="") for question in answerable]
        return {
            "handbook": await asked(bench, own),
            "handbook, near": await asked(bench, [replace(question, document="") for question in near]),
            "handbook, out of scope": await asked(
                bench, [Question(document="", text=text) for text in foreign[:500]]
            ),
        }


def foreign_queries(folder: Path) -> list[str]:
    """clinc_oos's out-of-scope test queries; nothing where the file is missing."""
    path = folder / "clinc_oos" / "data_full.json"
    if not path.is_file():
        return []
    return [text for text, _ in json.loads(path.read_text(encoding="utf-8"))["oos_test"]]


def area(answerable: Sequence[Asked], unanswerable: Sequence[Asked]) -> float | None:
    """ROC AUC of relevance, None where a side is missing."""
    if not answerable or not unanswerable:
        return None
    truth = [1] * len(answerable) + [0] * len(unanswerable)
    return round(float(roc_auc_score(truth, [each.relevance for each in (*answerable, *unanswerable)])), 4)


def summed(groups: Groups) -> dict[str, Any]:
    """The JSON that the bench prints."""
    own = ANSWERABLE[:1] if groups.get("documents") else ANSWERABLE[1:]
    foreign = UNANSWERABLE if groups.get("documents") else ("handbook, near", "handbook, out of scope")
    good = [each for name in own for each in groups[name]]
    bad = [each for name in foreign for each in groups.get(name, ())]
    fresh_good, fresh_bad = ([each for each in side if each.fresh] for side in (good, bad))
    return {
        "auc": area(good, bad),
        "wrong_answers": _share(bad, answered=True),
        "needless_refusals": _share(good, answered=False),
        "threshold": REFUSE_BELOW,
        "held_out": {
            "auc": area(fresh_good, fresh_bad),
            "wrong_answers": _share(fresh_bad, answered=True),
            "needless_refusals": _share(fresh_good, answered=False),
        },
        "groups": {
            name: {
                "questions": len(group),
                "answered": _share(group, answered=True),
                "auc": _own_area(name, groups),
            }
            for name, group in groups.items()
        },
    }


def _own_area(name: str, groups: Groups) -> float | None:
    if name in ANSWERABLE:
        return None
    return area(groups["handbook" if name.startswith("handbook") else "documents"], groups[name])


def _share(group: Sequence[Asked], *, answered: bool) -> float | None:
    if not group:
        return None
    return round(sum((each.relevance >= REFUSE_BELOW) is answered for each in group) / len(group), 4)


def fitted(groups: Groups) -> Weights:
    """Weights learned on the half that isn't fresh, on each question's best passage."""
    rows, truth, importance = [], [], []
    sides = {True: sum(SHARES[name] for name in ANSWERABLE), False: sum(SHARES.values())}
    sides[False] -= sides[True]
    for name, share in SHARES.items():
        group = [each for each in groups.get(name, ()) if not each.fresh and each.evidence]
        for each in group:
            rows.append(features(max(each.evidence, key=relevance)))
            truth.append(name in ANSWERABLE)
            importance.append(1000 * share / sides[name in ANSWERABLE] / len(group))
    model = LogisticRegression(C=10.0, max_iter=5000).fit(rows, truth, sample_weight=importance)
    names = [each.name for each in fields(Weights)]
    return Weights(**dict(zip(names, map(float, [model.intercept_[0] + LEAN, *model.coef_[0]]), strict=True)))


def shown(results: dict[str, Any]) -> None:
    """Print the groups as a table."""
    table = Table(title=f"Refusal: AUC {results['auc']}, threshold {results['threshold']}")
    for column in ("questions", "count", "answered", "AUC against the answerable"):
        table.add_column(column)
    for name, group in results["groups"].items():
        table.add_row(name, str(group["questions"]), f"{group['answered']:.3f}", str(group["auc"] or ""))
    Console(stderr=True).print(table)


async def measured(data: Path) -> dict[str, list[Asked]]:
    """All groups that there is data for."""
    corpus, foreign = read(data), foreign_queries(data.parent) or foreign_queries(SHARED)
    for missing, where in ((corpus is None, data), (not foreign, data.parent / "clinc_oos")):
        if missing:
            Console(stderr=True).print(f"No data in {where}: measured without it, on the handbook.")
    groups = await on_documents(corpus, foreign) if corpus else {}
    return groups | await on_handbook(foreign)


def main() -> None:
    """Read the arguments, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--data", type=Path, default=SHARED / "doc2dial")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--fit", action="store_true", help="print weights learned on the data")
    given = arguments.parse_args()
    groups = run(measured(given.data))
    results = summed(groups)
    shown(results)
    if given.fit:
        Console(stderr=True).print(fitted(groups))
    if given.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
