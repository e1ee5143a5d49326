"""Figures in words."""

from reports.metrics import Share, Spent, Spread

NO_DATA = "no data yet"


def duration(seconds: float) -> str:
    """``45 s``, ``12 min``, ``3 h 5 min``, ``2 d 4 h``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def percent(share: Share) -> str:
    """``83 % (10 of 12)``; the n stands beside every percentage."""
    value = share.percent
    return NO_DATA if value is None else f"{value:.0f} % ({share.part} of {share.n})"


def times(spread: Spread | None) -> str:
    """``median 4 min, p90 12 min, mean 6 min (n = 9)``."""
    if spread is None:
        return NO_DATA
    return (
        f"median {duration(spread.median)}, p90 {duration(spread.p90)}, "
        f"mean {duration(spread.mean)} (n = {spread.n})"
    )


def milliseconds(spread: Spread | None) -> str:
    """``median 320 ms, p90 910 ms, mean 400 ms (n = 57)``."""
    if spread is None:
        return NO_DATA
    return (
        f"median {spread.median:.0f} ms, p90 {spread.p90:.0f} ms, mean {spread.mean:.0f} ms (n = {spread.n})"
    )


def many(count: int, one: str, more: str = "") -> str:
    """``1 ticket``, ``2 tickets``."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, ending in an ellipsis where something is left out."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def money(spent: Spent) -> str:
    """``$0.42 for 120,000 tokens read and 8,000 written``."""
    cents = f"${spent.dollars:,.2f}" if spent.dollars >= 0.005 or not spent.dollars else "under $0.01"
    return f"{cents} for {spent.prompt_tokens:,} tokens read and {spent.answer_tokens:,} written"
