"""What the tests of documents and search share: an encoder made of words, and files of every kind."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.drafts import Drafts
from brain.knowledge.folder import Folder
from brain.knowledge.knowledge import Knowledge
from brain.knowledge.loaders.extract import Pages, unheard
from brain.knowledge.loaders.text import from_words
from brain.knowledge.memory import MemoryIndex, MemoryLibrary
from brain.knowledge.ports import Index, Library
from brain.knowledge.publisher import Load
from brain.knowledge.words import terms
from brain.ports import Query
from brain.retrieval import HybridRetriever
from domain.ids import CompanyId
from domain.knowledge import ParsedDocument

ACME = CompanyId("acme")
NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)


class WordEncoder:
    """Texts that share words are near: each word is a direction. Counts what it was asked."""

    id = "words"
    dimensions = 64

    def __init__(self) -> None:
        self.encoded: list[str] = []

    async def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[0] = 0.1
            for word in terms(text):
                row[zlib.crc32(word.encode()) % self.dimensions] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


async def load_text(data: bytes, name: str, *, pages: Pages = unheard) -> ParsedDocument:
    extract = from_words(data.decode(), name)
    return ParsedDocument(
        title=extract.title,
        sections=extract.sections,
        pages=0,
        mime="text/plain",
        sha256=sha256(data).hexdigest(),
    )


@dataclass
class Desk:
    """A company's documents and its search over fakes."""

    company: CompanyId = ACME
    library: Library = field(default_factory=MemoryLibrary)
    index: Index = field(default_factory=MemoryIndex)
    encoder: WordEncoder = field(default_factory=WordEncoder)
    load: Load = load_text
    path: Path | None = None

    def __post_init__(self) -> None:
        shared = {
            "company": self.company,
            "library": self.library,
            "index": self.index,
            "encoder": self.encoder,
        }
        self.now = NOW
        self.knowledge = Knowledge(
            **shared,
            loader=self.load,
            clock=lambda: self.now,
            folder=Folder(self.path) if self.path else None,
        )
        self.drafts = Drafts(publisher=self.knowledge.publisher)
        self.retriever = HybridRetriever(**shared)

    async def top(self, text: str) -> str:
        """The text of the best passage, "" for none."""
        found = await self.retriever.search(Query(company=self.company, text=text))
        return found[0].passage.text if found else ""

    async def texts(self, text: str) -> list[str]:
        found = await self.retriever.search(Query(company=self.company, text=text))
        return [each.passage.text for each in found]


def pdf(*pages: str, password: str = "") -> bytes:
    """A PDF with a line of text on each page."""
    from reportlab.lib import pdfencrypt
    from reportlab.pdfgen.canvas import Canvas

    kept = io.BytesIO()
    encrypt = pdfencrypt.StandardEncryption(password, canPrint=0) if password else None
    canvas = Canvas(kept, invariant=1, encrypt=encrypt)
    for words in pages:
        if words:
            canvas.drawString(72, 700, words)
        canvas.showPage()
    canvas.save()
    return kept.getvalue()


def picture(words: str) -> bytes:
    """A PNG with large letters, as a scan would have them."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (1200, 200), 255)
    ImageDraw.Draw(image).text((40, 60), words, fill=0, font=ImageFont.load_default(size=64))
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def scanned_pdf(words: str) -> bytes:
    """A PDF that holds nothing but a picture."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    kept = io.BytesIO()
    canvas = Canvas(kept, invariant=1)
    canvas.drawImage(ImageReader(io.BytesIO(picture(words))), 50, 500, width=500, height=84)
    canvas.save()
    return kept.getvalue()


def archive(files: dict[str, bytes]) -> bytes:
    """A ZIP archive."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return kept.getvalue()
