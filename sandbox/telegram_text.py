"""Texts as Telegram reads them: UTF-16 lengths, HTML, entities, and what it finds by itself."""

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

from sandbox.telegram_world import ApiError, Json

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_TYPES = frozenset({
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic",
    "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre",
    "text_link", "text_mention", "custom_emoji", "date_time",
})  # fmt: skip
TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link",
}  # fmt: skip
FOUND = (
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?(?!\w)")),
    ("url", re.compile(r"https?://[^\s<>\"]+")),
    ("email", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")),
    ("mention", re.compile(r"(?<![\w/@])@[A-Za-z]\w{3,31}")),
)


def units(text: str) -> int:
    """Length in UTF-16 code units, which is how Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def found_entities(text: str) -> list[Json]:
    """What Telegram marks by itself in a person's text: commands, addresses and mentions."""
    taken: list[tuple[int, int]] = []
    entities: list[Json] = []
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            entities.append(
                {"type": kind, "offset": units(text[: match.start()]), "length": units(match.group())}
            )
    return sorted(entities, key=lambda entity: entity["offset"])


def formatted(text: str, parse_mode: str, entities: Sequence[Json], *, limit: int) -> tuple[str, list[Json]]:
    """The text and entities that the person sees. Raises `ApiError` as Telegram would."""
    if parse_mode:
        if parse_mode.upper() != "HTML":
            raise ApiError(400, "Bad Request: this stand-in reads HTML and entities only")
        text, entities = parse_html(text)
    checked = [_checked(text, entity) for entity in entities]
    if units(text) > limit:
        what = "message caption is too long" if limit == CAPTION_LIMIT else "message is too long"
        raise ApiError(400, f"Bad Request: {what}")
    _check_nesting(checked)
    return text, checked


def _checked(text: str, entity: Mapping[str, Any]) -> Json:
    offset, length, kind = entity.get("offset"), entity.get("length"), entity.get("type")
    if kind not in ENTITY_TYPES:
        raise ApiError(400, "Bad Request: can't parse entities: unsupported entity type")
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length <= 0:
        raise ApiError(400, "Bad Request: can't parse entities: receive an entity with incorrect offset")
    raw = text.encode("utf-16-le")
    if (offset + length) * 2 > len(raw):
        raise ApiError(400, "Bad Request: entity ends after the end of the text")
    for edge in (offset, offset + length):
        if _inside_pair(raw, edge):
            raise ApiError(400, "Bad Request: entity ends in a middle of a UTF-16 symbol")
    return dict(entity)


def _inside_pair(raw: bytes, edge: int) -> bool:
    unit = raw[edge * 2 : edge * 2 + 2]
    return len(unit) == 2 and 0xDC <= unit[1] <= 0xDF


def _check_nesting(entities: Sequence[Json]) -> None:
    """Entities may lie in each other but not cross; code contains nothing and is in quotes at most."""
    for index, one in enumerate(entities):
        for other in entities[index + 1 :]:
            first, second = sorted((one, other), key=lambda e: (e["offset"], -e["length"]))
            end = first["offset"] + first["length"]
            if second["offset"] >= end:
                continue
            if second["offset"] + second["length"] > end:
                raise ApiError(400, "Bad Request: can't parse entities: entities cross each other")
            kinds = {first["type"], second["type"]}
            if kinds & {"code", "pre"} and not kinds & {"blockquote", "expandable_blockquote"}:
                raise ApiError(400, "Bad Request: can't parse entities: code can't contain entities")


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[Json] = []
        self.open: list[tuple[str, Json]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind, values = TAGS.get(tag), dict(attrs)
        if tag == "span" and values.get("class") == "tg-spoiler":
            kind = "spoiler"
        if kind is None:
            raise ApiError(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        entity: Json = {"type": kind, "offset": units(self.text)}
        if kind == "text_link":
            entity["url"] = values.get("href") or ""
        if kind == "blockquote" and "expandable" in values:
            entity["type"] = "expandable_blockquote"
        self.open.append((tag, entity))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise ApiError(400, f'Bad Request: can\'t parse entities: Unexpected end tag "{tag}"')
        _, entity = self.open.pop()
        entity["length"] = units(self.text) - entity["offset"]
        if entity["length"]:
            self.entities.append(entity)

    def handle_data(self, data: str) -> None:
        self.text += data


def parse_html(text: str) -> tuple[str, list[Json]]:
    """Telegram's HTML style. Raises `ApiError` on unknown, crossing or unclosed tags."""
    parser = _Html()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise ApiError(400, f"Bad Request: can't parse entities: Can't find end tag \"{parser.open[-1][0]}\"")
    return parser.text, sorted(parser.entities, key=lambda entity: (entity["offset"], -entity["length"]))
