"""Plain text: encodings, and headings that nothing but their place and length shows."""

import re
from collections.abc import Iterator

from brain.knowledge.loaders.extract import Extract, SectionWriter, tidy, title_from

_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_LONGEST_HEADING = 140
_WRAPPED = 120  # a text whose longest line is shorter was wrapped by hand
_BLANK = re.compile(r"\n[^\S\n]*\n")


def parse(data: bytes, name: str) -> Extract:
    """Sections by headings: a short line above a paragraph, or alone between blank lines."""
    return from_words(decode(data), title_from(name))


def decode(data: bytes) -> str:
    """Text of bytes: by its mark, else UTF-8, UTF-16 by its zeros, else the line-wise best guess."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        zeros = data[:4096].count(0)
        if zeros > len(data[:4096]) // 4:
            return data.decode("utf-16-le" if data[1:2] == b"\x00" else "utf-16-be", errors="replace")
        return "\n".join(_line(line) for line in data.split(b"\n"))


def _line(line: bytes) -> str:
    """Lines are guessed one by one, because files joined from several sources mix encodings."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def from_words(words: str, title: str) -> Extract:
    """Sections of a decoded text."""
    words = tidy(words)
    wrapped = max((len(line) for line in words.split("\n")), default=0) <= _WRAPPED
    writer = SectionWriter()
    for block in _blocks(words):
        first, *rest = block
        if not rest and _like_heading(first):
            writer.heading(1, first)
        elif rest and _like_heading(first) and not (wrapped and _same_width(first, rest)):
            writer.heading(2, first)
            writer.paragraph("\n".join(rest))
        else:
            writer.paragraph("\n".join(block))
    return writer.extract(title)


def _blocks(words: str) -> Iterator[list[str]]:
    for block in _BLANK.split(words):
        if lines := [line.strip() for line in block.split("\n") if line.strip()]:
            yield lines


def _like_heading(line: str) -> bool:
    first = line[0]
    starts = first.isdigit() or first.isupper() or (first.isalpha() and not first.islower())
    return starts and len(line) <= _LONGEST_HEADING and line[-1] not in ".,;:!…|" and "\t" not in line


def _same_width(first: str, rest: list[str]) -> bool:
    """Whether the first line is as wide as the others: then it is text, not a heading."""
    return len(first) > 0.75 * max(len(line) for line in rest)
