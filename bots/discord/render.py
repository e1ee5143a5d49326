"""`Content` as one Discord message: Markdown text, embeds, buttons, files. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.discord.escape import NOTHING, defuse, escape, escape_lines, spans, units
from bots.discord.forms import custom_id
from domain.content import (
    Block,
    Bullets,
    Button,
    Buttons,
    ButtonStyle,
    Code,
    Content,
    File,
    Heading,
    Item,
    Paragraph,
    Quote,
    Sources,
    plain,
    source_line,
)

TEXT = 2000
EMBED = 4096
EMBEDS_TOGETHER = 6000
ROWS, ROW, LABEL, FILES = 5, 5, 80, 10
"""Limits of one message (Discord's documentation: Message, Embed Limits, Action Row, Button)."""
COLOUR = 0x5865F2
STYLES: Mapping[ButtonStyle, int] = {ButtonStyle.PRIMARY: 1, ButtonStyle.PLAIN: 2, ButtonStyle.DANGER: 4}
LANGUAGE = re.compile(r"[A-Za-z0-9+#-]{1,20}")
NOBODY: Mapping[str, Any] = {"parse": [], "replied_user": False}
"""Allowed mentions: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One message. ``embeds`` and ``rows`` are wire objects; ``files`` still have to be fetched."""

    text: str
    embeds: tuple[dict[str, Any], ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    files: tuple[File, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether Discord takes this as one message."""
        together = sum(units(embed["description"]) for embed in self.embeds)
        room = len(self.rows) <= ROWS and len(self.files) <= FILES and len(self.embeds) <= FILES
        return units(self.text) <= TEXT and together <= EMBEDS_TOGETHER and room

    @property
    def empty(self) -> bool:
        """Whether there is nothing that Discord would show."""
        return not (self.text.strip(" \n\t" + NOTHING) or self.embeds or self.rows or self.files)

    def body(self) -> dict[str, Any]:
        """The JSON body of a message; files are referred to by their position."""
        files = [{"id": number, "filename": file.name} | _alt(file) for number, file in enumerate(self.files)]
        return {
            "content": self.text,
            "embeds": list(self.embeds),
            "components": list(self.rows),
            "allowed_mentions": dict(NOBODY),
        } | ({"attachments": files} if files else {})


def _alt(file: File) -> dict[str, str]:
    return {"description": file.alt[:1024]} if file.alt else {}


def render(content: Content) -> Rendered:
    """A content as one message; `bots.discord.split.split` first makes sure that it fits."""
    files = tuple(block for block in content.blocks if isinstance(block, File))
    return Rendered(
        text=defuse(_text(content.blocks)), embeds=_embeds(content), rows=tuple(_rows(content)), files=files
    )


def render_plain(content: Content) -> Rendered:
    """The words alone, for when Discord refuses the markup. Buttons and files stay."""
    full = render(content)
    return Rendered(text=defuse(plain(content))[:TEXT], rows=full.rows, files=full.files)


def _text(blocks: Sequence[Block]) -> str:
    done, previous = "", None
    for block in blocks:
        shown = SHOWN[type(block)](block) if type(block) in SHOWN else ""
        if not shown:
            continue
        done += (_gap(previous, block) if previous else "") + shown
        previous = block
    return done


def _gap(previous: Block, block: Block) -> str:
    close = isinstance(previous, Heading) or isinstance(block, Bullets)
    return "\n" if close else "\n\n"


def _paragraph(block: Paragraph) -> str:
    return escape_lines(spans(block.spans))


def _heading(block: Heading) -> str:
    words = spans(block.spans).replace("\n", " ").strip()
    return f"### {words}" if words else ""


def _quote(block: Quote) -> str:
    return "\n".join(f"> {line}" for line in escape_lines(spans(block.spans)).split("\n"))


def _code(block: Code) -> str:
    language = block.language if LANGUAGE.fullmatch(block.language) else ""
    inner = block.text.strip("\n").replace("```", f"`{NOTHING}`{NOTHING}`")
    return f"```{language}\n{inner}\n```"


def _bullets(block: Bullets) -> str:
    number, lines = 0, []
    for item in block.items:
        number += not item.depth
        mark = f"{number}. " if block.ordered and not item.depth else "- "
        lines.append(_item(item, mark, width=3 if block.ordered else 2))
    return "\n".join(lines)


def _item(item: Item, mark: str, *, width: int) -> str:
    indent = " " * width * item.depth
    words = escape_lines(spans(item.spans)).strip()
    return indent + mark + words.replace("\n", "\n" + indent + " " * len(mark))


SHOWN: Mapping[type, Callable[[Any], str]] = {
    Paragraph: _paragraph,
    Heading: _heading,
    Quote: _quote,
    Code: _code,
    Bullets: _bullets,
}


def source_lines(block: Sources, first: int = 1) -> list[str]:
    """The lines of citations; one that is absurdly long is cut."""
    lines = [source_line(number, source) for number, source in enumerate(block.items, first)]
    return [defuse(escape(line.replace("\n", " ")[:500])) for line in lines]


def _embeds(content: Content) -> tuple[dict[str, Any], ...]:
    found: list[dict[str, Any]] = []
    count = 1
    for block in content.blocks:
        if isinstance(block, Sources) and block.items:
            lines = source_lines(block, count)
            found.append({"description": "\n".join(lines), "color": COLOUR})
            count += len(lines)
    return tuple(found)


def _rows(content: Content) -> Iterator[dict[str, Any]]:
    known: set[str] = set()
    for block in content.blocks:
        if isinstance(block, Buttons):
            fresh = [button for button in block.items if not _repeated(custom_id(button), known)]
            for start in range(0, len(fresh), ROW):
                yield {"type": 1, "components": [_button(one) for one in fresh[start : start + ROW]]}


def _repeated(name: str, known: set[str]) -> bool:
    """Discord refuses two buttons with one id in a message; they would do the same anyway."""
    if name in known:
        return True
    known.add(name)
    return False


def _button(button: Button) -> dict[str, Any]:
    label = button.label.strip() or button.action
    short = label if units(label) <= LABEL else label[: LABEL // 2 - 1] + "…"
    return {"type": 2, "style": STYLES[button.style], "label": short, "custom_id": custom_id(button)}
