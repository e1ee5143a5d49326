"""A brain of fakes around the real pure parts, and the passages that it reads in tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from brain.brain import Brain
from brain.extractive import ExtractiveResponder
from brain.language import Languages
from brain.policy import Policy
from brain.ports import Draft, Prompt, Query
from domain.answer import Action, Author, Line, Tone, Turn
from domain.emotion import CALM, Emotion, Feeling
from domain.ids import CompanyId, DocumentId, PassageId
from domain.knowledge import Found, Passage

LANGUAGES = Languages()
ACME = CompanyId("acme")
TONE = Tone(company="Parcelo")


def passage(number: int, text: str, *, heading: str = "", page: int = 1, title: str = "Handbook") -> Passage:
    return Passage(
        id=PassageId(f"passage-{number}"),
        document=DocumentId("handbook"),
        version=1,
        title=title,
        heading=heading,
        page=page,
        position=number,
        text=text,
    )


DAMAGE = passage(
    1,
    "Report damage within 7 days after delivery. Keep the parcel, its padding and its contents until the "
    "claim is decided. Photograph the outside with the label.",
    heading="Damage and claims > Reporting damage",
    page=9,
)
SURCHARGES = passage(
    2,
    "Service | Price in euros\nSignature on delivery | 1.80\nAge check 18+ | 2.60\n"
    "Cash on delivery, zones 1 and 2 only | 6.40",
    heading="Prices > Surcharges",
    page=4,
)
PICKUP = passage(
    3,
    "A courier picks up your parcel at home for 3.50 euros a visit, for up to 10 parcels. Book before 22:00 "
    "for the next working day at parcelo.example/send.",
    heading="Sending a parcel > Home pick-up",
    page=2,
)
PASSAGES = (DAMAGE, SURCHARGES, PICKUP)


def found(*passages: Passage, relevance: float = 0.8) -> list[Found]:
    return [
        Found(passage=one, relevance=relevance - place / 100, context=one.text)
        for place, one in enumerate(passages or PASSAGES)
    ]


def feels(label: Feeling, probability: float = 0.9) -> Emotion:
    return Emotion(label=label, scores={label: probability, Feeling.NEUTRAL: 1 - probability})


def turn(
    text: str,
    *,
    history: Sequence[Line] = (),
    language: str = "",
    platform_language: str = "",
    **more: object,
) -> Turn:
    return Turn(
        company=ACME,
        text=text,
        history=tuple(history),
        language=language,
        platform_language=platform_language,
        tone=TONE,
        **more,  # type: ignore[arg-type]
    )


def customer(text: str) -> Line:
    return Line(author=Author.CUSTOMER, text=text)


def prompt(question: str, *, passages: Sequence[Found] = (), language: str = "en", **more: object) -> Prompt:
    return Prompt(
        question=question,
        history=tuple(more.pop("history", ())),  # type: ignore[arg-type]
        passages=tuple(passages or found()),
        language=language,
        emotion=more.pop("emotion", CALM),  # type: ignore[arg-type]
        tone=more.pop("tone", TONE),  # type: ignore[arg-type]
    )


@dataclass
class Feelings:
    emotion: Emotion = CALM
    error: Exception | None = None
    read_texts: list[str] = field(default_factory=list)

    async def read(self, text: str) -> Emotion:
        self.read_texts.append(text)
        if self.error:
            raise self.error
        return self.emotion


@dataclass
class Shelf:
    found: list[Found] = field(default_factory=found)
    errors: list[Exception] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)

    async def search(self, query: Query) -> list[Found]:
        self.queries.append(query)
        if self.errors:
            raise self.errors.pop(0)
        return self.found


@dataclass
class Writer:
    """Writes what it is told to; an error or a draft."""

    draft: Draft | Exception | None = None
    prompts: list[Prompt] = field(default_factory=list)

    async def respond(self, prompt: Prompt) -> Draft:
        self.prompts.append(prompt)
        if isinstance(self.draft, Exception):
            raise self.draft
        return self.draft or reply("Report damage within 7 days after delivery.", "passage-1")


def reply(text: str, *cited: str, action: Action = Action.REPLY) -> Draft:
    return Draft(action=action, text=text, cited=tuple(map(PassageId, cited)))


def ticking() -> Callable[[], float]:
    """A clock that goes on by a millisecond whenever somebody looks at it."""
    ticks = count()
    return lambda: next(ticks) / 1000


def brain(**parts: object) -> Brain:
    chosen: dict[str, object] = {
        "languages": LANGUAGES,
        "emotions": Feelings(),
        "retriever": Shelf(),
        "responder": Writer(),
        "fallback": ExtractiveResponder(),
        "threshold": 0.5,
        "policy": Policy(),
        "clock": ticking(),
    }
    return Brain(**{**chosen, **parts})  # type: ignore[arg-type]
