"""Markdown: headings, paragraphs, lists and tables."""

from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from brain.knowledge.loaders.extract import PATH, Extract, SectionWriter, title_from
from brain.knowledge.loaders.text import decode


def parse(data: bytes, name: str) -> Extract:
    """Sections by headings; the title is the first heading of level 1."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(decode(data))
    writer = SectionWriter()
    title = ""
    rows: list[list[str]] = []
    for at, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "table_close":
            writer.table(rows)
            rows = []
        elif token.type in ("fence", "code_block"):
            writer.paragraph(token.content)
        elif token.type == "inline":
            opened = tokens[at - 1]
            if opened.type in ("td_open", "th_open"):
                rows[-1].append(_words(token))
            elif opened.type == "heading_open":
                title = title or (_words(token) if opened.tag == "h1" else "")
                writer.heading(int(opened.tag[1]), _words(token))
            else:
                writer.paragraph(_words(token))
    return _without_title(writer, title or title_from(name))


def _words(token: Token) -> str:
    return "".join(_piece(child) for child in token.children or ())


def _piece(child: Token) -> str:
    if child.type in ("softbreak", "hardbreak"):
        return " "
    return child.content if child.type in ("text", "code_inline", "image") else ""


def _without_title(writer: SectionWriter, title: str) -> Extract:
    """Headings below the title needn't repeat it: it stands in front of every passage anyway."""
    extract = writer.extract(title)
    sections = (
        replace(section, heading=section.heading.removeprefix(title).removeprefix(PATH))
        if (section.heading + PATH).startswith(title + PATH)
        else section
        for section in extract.sections
    )
    return replace(extract, sections=tuple(sections))
