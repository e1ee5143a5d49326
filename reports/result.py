"""What a report is made of."""

from dataclasses import dataclass

from reports.advice import Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture with words for those who can't see it. ``name`` is a file name without folder."""

    name: str
    png: bytes
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``charts``, ``csv`` and ``pdf`` are empty unless the full report was asked for.

    ``period`` is two days that name it for good; ``advice`` is there where it was asked for.
    """

    title: str
    headline: str
    lines: tuple[str, ...]
    charts: tuple[Chart, ...] = ()
    csv: bytes = b""
    pdf: bytes = b""
    period: str = ""
    advice: tuple[Advice, ...] = ()
