"""What we say, for Telegram: `Content` -> text, entities, keyboard and file. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bots.telegram.runs import Run, normalised, runs, units
from domain.content import Block, Button, Buttons, ButtonStyle, Code, Content, File, Quote
from domain.errors import Refused

GAP = "\n\n"
ONLY_BUTTONS = "👇"  # a keyboard can't stand alone
ROW_BUTTONS, ROW_WIDTH = 8, 32  # Telegram's own limit; what fits the width of a phone
DATA_BYTES = 64  # https://core.telegram.org/bots/api#inlinekeyboardbutton
STYLES = {ButtonStyle.PLAIN: None, ButtonStyle.PRIMARY: "primary", ButtonStyle.DANGER: "danger"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One message. With ``files``, ``text`` is the caption; several are an album, which has no keyboard.

    Offsets count UTF-16 code units.
    """

    text: str
    entities: tuple[MessageEntity, ...] = ()
    keyboard: InlineKeyboardMarkup | None = None
    files: tuple[File, ...] = ()


def render(content: Content) -> Rendered:
    """Render one piece (see `bots.telegram.split`). Raises Refused on a button that can't be sent."""
    writer = _Writer()
    for block in normalised(content).blocks:
        writer.write(block)
    keyboard = _keyboard(content)
    files = tuple(block for block in content.blocks if isinstance(block, File))
    text = writer.text or (ONLY_BUTTONS if keyboard and not files else "")
    entities = sorted(writer.entities, key=lambda entity: (entity.offset, -entity.length))
    return Rendered(text=text, entities=tuple(entities), keyboard=keyboard, files=files)


class _Writer:
    def __init__(self) -> None:
        self.text = ""
        self.entities: list[MessageEntity] = []
        self._units = 0

    def write(self, block: Block) -> None:
        written = runs(block)
        if not written:
            return
        self._add(GAP if self.text else "")
        start = self._units
        for run in _joined(written):
            self._run(run)
        if isinstance(block, Quote):
            self.entities.append(MessageEntity(MessageEntity.BLOCKQUOTE, start, self._units - start))
        if isinstance(block, Code):
            size = self._units - start
            self.entities.append(
                MessageEntity(MessageEntity.PRE, start, size, language=block.language or None)
            )

    def _run(self, run: Run) -> None:
        start = self._units
        self._add(run.text)
        if not run.text.strip():
            return
        for mark in sorted(run.marks):
            self.entities.append(MessageEntity(mark, start, self._units - start))
        if run.url:
            self.entities.append(
                MessageEntity(MessageEntity.TEXT_LINK, start, self._units - start, url=run.url)
            )

    def _add(self, text: str) -> None:
        self.text += text
        self._units += units(text)


def _joined(given: Iterable[Run]) -> Iterator[Run]:
    """Neighbours that look the same become one."""
    last: Run | None = None
    for run in given:
        if last and (last.marks, last.url) == (run.marks, run.url):
            last = Run(last.text + run.text, run.marks, run.url)
            continue
        if last:
            yield last
        last = run
    if last:
        yield last


def _keyboard(content: Content) -> InlineKeyboardMarkup | None:
    rows = [row for block in content.blocks if isinstance(block, Buttons) for row in _rows(block.items)]
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows]) if rows else None


def _rows(buttons: Sequence[Button]) -> Iterator[list[Button]]:
    row: list[Button] = []
    width = 0
    for button in buttons:
        needed = len(button.label) + 2
        if row and (len(row) == ROW_BUTTONS or width + needed > ROW_WIDTH):
            yield row
            row, width = [], 0
        row.append(button)
        width += needed
    if row:
        yield row


def _button(button: Button) -> InlineKeyboardButton:
    data = f"{button.action}:{button.value}" if button.value else button.action
    if not 1 <= len(data.encode("utf-8", "replace")) <= DATA_BYTES:
        raise Refused(f"A button's action and value may have {DATA_BYTES} bytes together on Telegram.")
    label = button.label.strip() or button.action
    return InlineKeyboardButton(label, callback_data=data, style=STYLES[button.style])
