"""Pictures as PDF, for whoever takes nothing else."""

import io

from brain.knowledge.loaders import image
from brain.knowledge.loaders.extract import Pages, unheard

_DOTS_PER_INCH = 150


def image_to_pdf(data: bytes, name: str, told: Pages = unheard) -> bytes:
    """A page for each frame, the right way up. Raises BadInput."""
    frames = list(image.frames(data, name))
    kept = io.BytesIO()
    frames[0].save(kept, "PDF", save_all=True, append_images=frames[1:], resolution=_DOTS_PER_INCH)
    told(len(frames), len(frames))
    return kept.getvalue()
