"""Text that shows on Discord exactly as it is: markup escaped, mass mentions defused. Pure."""

import re
from collections.abc import Callable

from domain.content import Span, Style

NOTHING = "\u200b"
"""A zero-width space: invisible, and it keeps two characters from meaning something together."""
MARKS: dict[Style, str] = {Style.BOLD: "**", Style.ITALIC: "*", Style.STRIKE: "~~"}
ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
SPECIAL = re.compile(r"([\\*_~`|<\[\]])")
LINE_START = re.compile(r"(?m)^([ \t]*)(#{1,3}(?=\s)|-#(?=\s)|>{1,3}(?=\s)|[-+](?=\s))")
LINE_NUMBER = re.compile(r"(?m)^([ \t]*\d+)([.)])(?=\s)")
MASS = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
MENTION = re.compile(r"<(?=[@#]|a?:\w+:\d|t:|id:|/[^<>]*:\d)")
Wrap = Callable[[str], str]
LINKABLE = re.compile(r"(?i)https?://\S")


def units(text: str) -> int:
    """Length in UTF-16 code units: what Discord's clients count, and never less than its server does."""
    return len(text) + sum(character > "\uffff" for character in text)


def defuse(text: str) -> str:
    """Nothing in the text mentions anybody."""
    return MENTION.sub("<" + NOTHING, MASS.sub("@" + NOTHING, text))


def escape(text: str) -> str:
    """Plain text whose markup is shown instead of obeyed; addresses stay clickable."""
    done, position = [], 0
    for found in ADDRESS.finditer(text):
        done += [SPECIAL.sub(r"\\\1", text[position : found.start()]), safe_address(found.group())]
        position = found.end()
    return "".join([*done, SPECIAL.sub(r"\\\1", text[position:])])


def safe_address(address: str) -> str:
    """An address that can stand in a message: nothing in it ends a link or mentions anybody."""
    odd = {" ": "%20", "\n": "%0A", "<": "%3C", ">": "%3E", "`": "%60", "|": "%7C", "\\": "%5C"}
    encoded = "".join(odd.get(character, character) for character in address)
    return MASS.sub("%40", encoded)


def escape_lines(text: str) -> str:
    """Rendered text none of whose lines starts a heading, a quote or a list."""
    return LINE_NUMBER.sub(r"\1\\\2", LINE_START.sub(r"\1\\\2", text))


def spans(parts: tuple[Span, ...]) -> str:
    """A run of spans; marks that touch are kept apart."""
    done = ""
    for part in parts:
        shown = span(part)
        if done and shown and done[-1] in "*_~`" and shown[0] in "*_~`":
            done += NOTHING
        done += shown
    return done


def span(part: Span) -> str:
    """One span."""
    if part.url:
        return _link(part)
    if part.style is Style.MONO:
        return _by_line(part.text, _mono)
    return _styled(part.style, part.text, escape(part.text))


def _styled(style: Style, plain: str, shown: str) -> str:
    mark = MARKS.get(style)
    if not mark or not plain.strip():
        return shown
    return _by_line(shown, lambda core: f"{mark}{core}{mark}")


def _by_line(text: str, wrap: Wrap) -> str:
    """Each line wrapped by itself, its outer spaces left outside: marks don't work across them."""
    return "\n".join(_wrapped(line, wrap) for line in text.split("\n"))


def _wrapped(line: str, wrap: Wrap) -> str:
    core = line.strip()
    if not core:
        return line
    start = line.index(core)
    return line[:start] + wrap(core) + line[start + len(core) :]


def _mono(core: str) -> str:
    if "`" not in core:
        return f"`{core}`"
    apart = core.replace("``", f"`{NOTHING}`")
    return f"`` {apart} ``"


def _link(part: Span) -> str:
    label, address = part.text.strip(), part.url.strip()
    scheme = address.partition(":")[0].lower()
    if scheme == "mailto":
        mail = address[len("mailto:") :]
        return escape(part.text if label in (mail, address) else f"{part.text} ({mail})")
    if not LINKABLE.match(address):
        return _styled(part.style, part.text, escape(part.text))
    if label in ("", address):
        return safe_address(address)
    if "://" in label:  # Discord doesn't hide one address behind another
        return f"{escape(part.text)} ({safe_address(address)})"
    shown = _wrapped(
        part.text.replace("\n", " "), lambda core: f"[{escape(core)}](<{safe_address(address)}>)"
    )
    return _styled(part.style, part.text, shown)
