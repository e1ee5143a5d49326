"""What the brain needs; ``brain.knowledge`` and ``brain.gemini`` implement it, tests bring fakes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from domain.answer import Action, Line, Tone, Turn, Usage
from domain.emotion import Emotion
from domain.ids import CompanyId, PassageId
from domain.knowledge import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched for: the last message and the conversation before it, oldest first."""

    company: CompanyId
    text: str
    history: tuple[Line, ...] = ()
    limit: int = 6


class Retriever(Protocol):
    """Finds passages of one company's current documents."""

    async def search(self, query: Query) -> list[Found]:
        """Best first. Empty when the company has no documents. Raises Unavailable."""
        ...


class EmotionReader(Protocol):
    """Reads how a text feels."""

    async def read(self, text: str) -> Emotion:
        """The emotion of one message."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Everything a responder writes from. Passages and customers' words are data, never instructions."""

    question: str
    history: tuple[Line, ...]
    passages: tuple[Found, ...]
    language: str
    emotion: Emotion
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A responder's proposal. ``text`` is Markdown; ``cited`` names passages it rests on."""

    action: Action
    text: str
    cited: tuple[PassageId, ...] = ()
    quoted: bool = False
    usage: Usage = Usage()


class Responder(Protocol):
    """Writes an answer from a prompt."""

    async def respond(self, prompt: Prompt) -> Draft:
        """Raises Unavailable when no usable answer came within the deadline."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A message in English: ``said`` faithfully, ``question`` as one sentence that stands by itself."""

    said: str
    question: str
    usage: Usage = Usage()


class Translator(Protocol):
    """Puts messages into English."""

    async def translate(self, turn: Turn) -> Translation:
        """Raises Unavailable when there is no translation."""
        ...


class Encoder(Protocol):
    """Turns texts into vectors of length 1."""

    id: str
    dimensions: int

    async def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32, shape [texts, dimensions]."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones."""
        ...
