"""Scanned images: text recognition with tesseract, where it is installed."""

import io
import shutil
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from brain.knowledge.loaders.extract import Extract, Pages, SectionWriter, title_from, unheard
from domain.errors import BadInput

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_PAGES = 60
_MOST_PIXELS = 60_000_000
_PAGE_SECONDS = 40


def parse(data: bytes, name: str, told: Pages = unheard) -> Extract:
    """The words of one picture, or of each frame of a TIFF."""
    return from_pages(map(_png, frames(data, name)), name, pages=0, told=told)


def from_pages(pictures: Iterable[bytes], name: str, *, pages: int, told: Pages = unheard) -> Extract:
    """The words of pictured pages. Raises BadInput where tesseract is missing."""
    if shutil.which("tesseract") is None:
        raise BadInput(
            f"“{name}” holds only pictures of text, and text recognition (tesseract) isn't installed here."
        )
    if pages > _MOST_PAGES:
        raise BadInput(f"“{name}” has {pages} scanned pages; please send at most {_MOST_PAGES} at once.")
    writer = SectionWriter()
    for number, picture in enumerate(pictures, 1):
        for block in _recognised(picture, name).split("\n\n"):
            writer.paragraph(block.replace("\n", " "), number if pages else 0)
        told(number, pages or number)
    return writer.extract(title_from(name), pages)


def _recognised(picture: bytes, name: str) -> str:
    import pytesseract

    with _opened(picture, name) as image:
        try:
            return str(pytesseract.image_to_string(image.convert("L"), timeout=_PAGE_SECONDS))
        except (RuntimeError, pytesseract.TesseractError) as error:
            raise BadInput(f"The text in “{name}” could not be recognised.") from error


def frames(data: bytes, name: str) -> Iterator["Image"]:
    """The pictures of a file, the right way up, on white where they are transparent. Raises BadInput."""
    from PIL import Image, ImageOps, ImageSequence

    with _opened(data, name) as image:
        for at, frame in enumerate(ImageSequence.Iterator(image)):
            if at == _MOST_PAGES:
                return
            shown = ImageOps.exif_transpose(frame).convert("RGBA")
            white = Image.new("RGBA", shown.size, "white")
            yield Image.alpha_composite(white, shown).convert("RGB")


def _png(picture: "Image") -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def _opened(data: bytes, name: str):  # type: ignore[no-untyped-def]  # PIL's class is imported only here
    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(data))
        if image.width * image.height > _MOST_PIXELS:
            raise BadInput(f"“{name}” is a picture too large to read; please send a smaller one.")
        image.load()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, SyntaxError, ValueError) as error:
        raise BadInput(f"“{name}” is damaged and can't be opened.") from error
    return image
