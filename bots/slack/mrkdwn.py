"""Spans to Slack's mrkdwn, and back: docs.slack.dev/messaging/formatting-message-text."""

import html
import re
from collections.abc import Callable, Iterator, Mapping

from bots.slack.emoji import EMOJI
from domain.content import Block, Bullets, Code, Content, Item, Paragraph, Quote, Span, Spans, Style

Names = Mapping[str, str]
"""User ids and the names to show for them."""

GAP = "\u200b"
"""Zero-width space. Slack has no escape for its marks, but a mark opens nothing before a space, and
beside a space it may touch a word."""
MARKS = {Style.PLAIN: "", Style.BOLD: "*", Style.ITALIC: "_", Style.STRIKE: "~", Style.MONO: "`"}
STYLES = {mark: style for style, mark in MARKS.items() if mark}
EDGES = "*_~`"
SCHEMES = ("http://", "https://", "mailto:")
OPENING = re.compile(r"(?<![^\W_])([*_~`])(?=\S)")
QUOTING = re.compile(r"^(&gt;)", re.MULTILINE)
INLINE = re.compile(
    r"<(?P<special>(?:[@#!]|https?://|mailto:|tel:|slack:)[^<>\n]+)>"
    r"|:(?P<emoji>[a-z0-9_+'-]+):"
    r"|(?<![\w`])`(?P<mono>[^`\n\u200b][^`\n]*)`(?![\w`])"
    r"|(?<![\w*])\*(?P<bold>[^\s\u200b*](?:[^*\n]*\S)?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^\s\u200b_](?:[^_\n]*\S)?)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^\s\u200b~](?:[^~\n]*\S)?)~(?![\w~])"
)
FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
BULLET = re.compile(r"^(?P<indent>\s*)(?:[•◦▪]\ufe0e?|-)\s+(?P<words>.*)$")


def escape(text: str) -> str:
    """The three characters that Slack wants escaped: no mention or link can arise from plain text."""
    return html.escape(text, quote=False)


def plain_span(text: str) -> str:
    """Plain text as mrkdwn that shows exactly that."""
    return QUOTING.sub(GAP + r"\1", OPENING.sub(r"\1" + GAP, escape(text)))


def from_spans(spans: Spans) -> str:
    """Spans as mrkdwn."""
    out = ""
    for span in spans:
        piece = _span(span)
        # Slack reads an opening or closing mark only at the edge of a word.
        out += (GAP if out and piece and _glued(out[-1], piece[0]) else "") + piece
    return out


def _glued(before: str, after: str) -> bool:
    if before in EDGES:
        return after.isalnum() or after in EDGES
    return after in EDGES and before.isalnum()


def _span(span: Span) -> str:
    if span.url.startswith(SCHEMES):
        return _styled(_link(span), span.style) if span.style is not Style.MONO else _link(span)
    if span.style is Style.PLAIN:
        return plain_span(span.text)
    return "\n".join(_styled(_inner(line, span.style), span.style) for line in span.text.split("\n"))


def _inner(line: str, style: Style) -> str:
    mark = MARKS[style]
    # A mark inside its own run would end it; its look-alike is kept instead.
    return escape(line).replace(mark, {"`": "ˋ", "*": "∗", "_": "ˍ", "~": "∼"}[mark])


def _styled(words: str, style: Style) -> str:
    """Marks stand against the words, so that outer spaces go outside."""
    bare, mark = words.strip(), MARKS[style]
    if not bare or not mark:
        return words
    start = words.index(bare)
    return words[:start] + mark + bare + mark + words[start + len(bare) :]


def _link(span: Span) -> str:
    url = span.url.translate(
        {ord("<"): "%3C", ord(">"): "%3E", ord("|"): "%7C", ord(" "): "%20", ord("\n"): ""}
    )
    label = escape(" ".join(span.text.split())).replace("|", "¦")
    return f"<{escape(url)}|{label}>" if label and span.text != span.url else f"<{escape(url)}>"


def fenced(code: str) -> str:
    """A block of code; a fence inside it is broken up."""
    return "```\n" + escape(code).replace("```", f"`{GAP}`{GAP}`") + "\n```"


def to_content(mrkdwn: str, names: Names) -> Content:
    """mrkdwn that somebody wrote, as content."""
    blocks: list[Block] = []
    at = 0
    for fence in FENCE.finditer(mrkdwn):
        blocks += _paragraphs(mrkdwn[at : fence.start()], names)
        blocks.append(Code(html.unescape(fence[1])))
        at = fence.end()
    blocks += _paragraphs(mrkdwn[at:], names)
    return Content(tuple(blocks))


def _paragraphs(mrkdwn: str, names: Names) -> Iterator[Block]:
    """Lines of one kind together: quoted, bulleted, other."""
    for kind, lines in _runs(mrkdwn.strip("\n").split("\n")):
        if kind == "quote":
            yield Quote(to_spans("\n".join(line.removeprefix("&gt;").lstrip() for line in lines), names))
        elif kind == "bullet":
            yield Bullets(tuple(_item(line, names) for line in lines))
        elif spans := to_spans("\n".join(lines).strip("\n"), names):
            yield Paragraph(spans)


def _runs(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    run: list[str] = []
    last = ""
    for line in lines:
        kind = "quote" if line.startswith("&gt;") else "bullet" if BULLET.match(line) else "other"
        if run and kind != last:
            yield last, run
            run = []
        run.append(line)
        last = kind
    if run:
        yield last, run


def _item(line: str, names: Names) -> Item:
    found = BULLET.match(line)
    words, indent = (found["words"], found["indent"]) if found else (line, "")
    return Item(to_spans(words, names), depth=min(len(indent) // 2, 5))


def to_spans(mrkdwn: str, names: Names) -> Spans:
    """Inline mrkdwn as spans; neighbours that look the same are joined."""
    spans: list[Span] = []
    at = 0
    for found in INLINE.finditer(mrkdwn):
        spans.append(Span(html.unescape(mrkdwn[at : found.start()])))
        spans += _found(found, names)
        at = found.end()
    spans.append(Span(html.unescape(mrkdwn[at:])))
    # Our own messages come back with the gaps that we put in.
    return joined([Span(span.text.replace(GAP, ""), span.style, span.url) for span in spans])


def _found(found: re.Match[str], names: Names) -> list[Span]:
    kind = str(found.lastgroup)
    words = found[kind]
    if kind == "special":
        return [special(words, names)]
    if kind == "emoji":
        return [Span(EMOJI.get(words, found[0]))]
    if kind == "mono":
        return [Span(html.unescape(words), Style.MONO)]
    style = Style(kind)
    return [Span(s.text, style if s.style is Style.PLAIN else s.style, s.url) for s in to_spans(words, names)]


def special(words: str, names: Names) -> Span:
    """What stood between angle brackets: a mention, a channel, a broadcast, a date or a link."""
    target, _, label = (html.unescape(part) for part in words.partition("|"))
    readers: dict[str, Callable[[], str]] = {
        "@": lambda: "@" + (label or names.get(target[1:], target[1:])),
        "#": lambda: "#" + (label or target[1:]),
        "!": lambda: label if target.startswith(("!date", "!subteam")) and label else "@" + target[1:],
    }
    if target[:1] in readers:
        return Span(readers[target[0]]())
    return Span(label or target.removeprefix("mailto:"), url=target if target.startswith(SCHEMES) else "")


def joined(spans: list[Span]) -> Spans:
    """Without empty spans, and with equal neighbours made one."""
    out: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        if out and (out[-1].style, out[-1].url) == (span.style, span.url) and not span.url:
            out[-1] = Span(out[-1].text + span.text, span.style)
        else:
            out.append(span)
    return tuple(out)
