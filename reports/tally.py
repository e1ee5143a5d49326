"""What a stretch of time adds up to: sums, samples and latest values that merge associatively.

Times are milliseconds since 1970 and durations whole milliseconds, so that adding is exact and a
rebuild equals what was added up bit by bit. "" stands for nobody.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any

HOURS_OF_WEEK = 7 * 24

Samples = dict[str, list[int]]
"""Durations by agent."""
Latest = dict[str, tuple[Any, ...]]
"""By key, a tuple whose first item is when: of two, the later one counts."""


def _week() -> list[int]:
    return [0] * HOURS_OF_WEEK


@dataclass(slots=True, kw_only=True)
class Tally:
    """Grows while entries are read; never changed once it was handed out.

    ``counts`` by name; ``emotions`` messages by the agent who has the conversation, then label;
    ``hours``, ``wait_ms``, ``wait_n`` by hour of the local week (0: Monday, midnight);
    ``latency`` in milliseconds; ``surveys`` resolution -> (at, agent); ``ratings`` resolution -> (at,
    rating, agent, hour of the week); ``full_resolution`` ticket -> (at, ms, agent); ``handled``
    conversations with the bot; ``handoffs`` conversation -> (at, reason); ``outcomes`` conversation ->
    (at, outcome); ``shifts`` conversation -> (at, first label, last label, agent); ``work`` by agent,
    then what; ``sla`` by agent, then ``target:met`` or ``target:breached``; ``gaps`` entry -> (at,
    conversation, negative); ``effort`` conversation -> (at, human handling ms); ``reopened`` ticket ->
    (at, conversation, agent who had solved it).
    """

    counts: Counter[str] = field(default_factory=Counter)
    emotions: dict[str, Counter[str]] = field(default_factory=dict)
    hours: list[int] = field(default_factory=_week)
    wait_ms: list[int] = field(default_factory=_week)
    wait_n: list[int] = field(default_factory=_week)
    latency: list[float] = field(default_factory=list)
    first_response: Samples = field(default_factory=dict)
    reply: Samples = field(default_factory=dict)
    first_resolution: Samples = field(default_factory=dict)
    handling: Samples = field(default_factory=dict)
    full_resolution: Latest = field(default_factory=dict)
    surveys: Latest = field(default_factory=dict)
    ratings: Latest = field(default_factory=dict)
    handled: set[str] = field(default_factory=set)
    handoffs: Latest = field(default_factory=dict)
    outcomes: Latest = field(default_factory=dict)
    shifts: Latest = field(default_factory=dict)
    work: dict[str, Counter[str]] = field(default_factory=dict)
    sla: dict[str, Counter[str]] = field(default_factory=dict)
    gaps: Latest = field(default_factory=dict)
    effort: Latest = field(default_factory=dict)
    reopened: Latest = field(default_factory=dict)


def merge(tallies: Iterable[Tally]) -> Tally:
    """All of them as one; the order of time is the order of samples, nothing else depends on it."""
    total = Tally()
    for tally in tallies:
        for name, absorb in _ABSORB.items():
            absorb(total, name, getattr(tally, name))
    return total


def later(into: Latest, key: str, value: tuple[Any, ...]) -> None:
    """Keep the later of two values."""
    known = into.get(key)
    if known is None or known <= value:
        into[key] = value


def packed(tally: Tally) -> dict[str, Any]:
    """Plain JSON values; empty fields are left out.

    Keyed values are laid out in columns, and each key is written once: several times quicker to read
    than a list for every row, which is what a month's report waits for.
    """
    keys = sorted({*tally.handled, *(key for name in _LATEST for key in getattr(tally, name))})
    numbers = {key: number for number, key in enumerate(keys)}
    plain: dict[str, Any] = {"keys": keys, "handled": sorted(numbers[key] for key in tally.handled)}
    for item in fields(tally):
        value = getattr(tally, item.name)
        if item.name in _LATEST:
            plain[item.name] = [[numbers[key] for key in value], *zip(*value.values(), strict=True)]
        elif item.name != "handled":
            plain[item.name] = value
    return {name: value for name, value in plain.items() if value and value != [[]]}


def unpacked(plain: dict[str, Any]) -> Tally:
    """The tally that was packed."""
    keys = plain.pop("keys", [])
    values = {name: _REVIVE.get(name, _as_is)(value) for name, value in plain.items() if name not in _LATEST}
    for name in _LATEST:
        if columns := plain.get(name):
            places, *rest = columns
            values[name] = dict(zip(map(keys.__getitem__, places), zip(*rest, strict=True), strict=True))
    return Tally(**{**values, "handled": {keys[place] for place in plain.get("handled", ())}})


def _as_is(value: Any) -> Any:
    return value


def _counters(value: dict[str, dict[str, int]]) -> dict[str, Counter[str]]:
    return {key: Counter(item) for key, item in value.items()}


def _absorb_counter(total: Tally, name: str, value: Counter[str]) -> None:
    getattr(total, name).update(value)


def _absorb_counters(total: Tally, name: str, value: dict[str, Counter[str]]) -> None:
    for key, counter in value.items():
        getattr(total, name).setdefault(key, Counter()).update(counter)


def _absorb_week(total: Tally, name: str, value: list[int]) -> None:
    setattr(total, name, [a + b for a, b in zip(getattr(total, name), value, strict=True)])


def _absorb_samples(total: Tally, name: str, value: Samples) -> None:
    for key, samples in value.items():
        getattr(total, name).setdefault(key, []).extend(samples)


def _absorb_latest(total: Tally, name: str, value: Latest) -> None:
    into = getattr(total, name)
    both = {key: max(into[key], value[key]) for key in into.keys() & value.keys()}
    into.update(value)
    into.update(both)


def _absorb_plain(total: Tally, name: str, value: Any) -> None:
    into = getattr(total, name)
    into.update(value) if isinstance(into, set) else into.extend(value)


_COUNTERS = ("emotions", "work", "sla")
_LATEST: tuple[str, ...] = ("full_resolution", "surveys", "ratings", "handoffs", "outcomes", "shifts")
_LATEST += ("gaps", "effort", "reopened")

_ABSORB: dict[str, Callable[[Tally, str, Any], None]] = {
    "counts": _absorb_counter,
    "latency": _absorb_plain,
    "handled": _absorb_plain,
    **dict.fromkeys(_COUNTERS, _absorb_counters),
    **dict.fromkeys(("hours", "wait_ms", "wait_n"), _absorb_week),
    **dict.fromkeys(("first_response", "reply", "first_resolution", "handling"), _absorb_samples),
    **dict.fromkeys(_LATEST, _absorb_latest),
}

_REVIVE: dict[str, Callable[[Any], Any]] = {
    "counts": Counter,
    **dict.fromkeys(_COUNTERS, _counters),
}
