"""The metrics of docs/reports.md, as pure functions over a tally. Without data: None, never 0.

Every function takes the agent whose figures are wanted; None: the whole company.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median

from domain.emotion import NEGATIVE, Feeling
from reports.carry import Carry
from reports.tally import Samples, Tally

SMALL_SAMPLE = 30
GOOD_RATING = 4
Z_95 = 1.959964
"""97.5 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """``part`` of ``n``."""

    part: int
    n: int

    @property
    def percent(self) -> float | None:
        """0 to 100; None when there is nothing to take a share of."""
        return 100 * self.part / self.n if self.n else None

    @property
    def small(self) -> bool:
        """Whether the percentage says little."""
        return self.n < SMALL_SAMPLE

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % Wilson score interval, percent (Wilson 1927): right also for few and for extreme shares."""
        if not self.n:
            return None
        p, z2 = self.part / self.n, Z_95**2
        middle = (p + z2 / (2 * self.n)) / (1 + z2 / self.n)
        half = Z_95 / (1 + z2 / self.n) * sqrt(p * (1 - p) / self.n + z2 / (4 * self.n**2))
        return 100 * max(middle - half, 0.0), 100 * min(middle + half, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of ``n`` durations. Seconds (bot latency: milliseconds). p90 interpolates linearly."""

    n: int
    mean: float
    median: float
    p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One agent's work. ``open`` is at the end of the period, the rest within it."""

    open: int = 0
    assigned: int = 0
    claimed: int = 0
    solved: int = 0
    reopened: int = 0
    transferred: int = 0
    released: int = 0


def ratings(tally: Tally, agent: str | None = None) -> dict[int, int]:
    """How often each rating 1 to 5 was given; one rating a resolution, the latest."""
    given = Counter(rating for _, rating, who, _ in tally.ratings.values() if agent in (None, who))
    return {stars: given[stars] for stars in range(1, 6)}


def csat(tally: Tally, agent: str | None = None) -> Share:
    """Ratings of 4 and 5 of all ratings. A rating keeps the agent who resolved."""
    given = ratings(tally, agent)
    good = sum(count for stars, count in given.items() if stars >= GOOD_RATING)
    return Share(part=good, n=sum(given.values()))


def response_rate(tally: Tally, agent: str | None = None) -> Share:
    """Ratings of surveys sent. A survey from before the period counts where its rating is in it."""
    sent = {key for key, (_, who) in tally.surveys.items() if agent in (None, who)}
    rated = {key for key, (_, _, who, _) in tally.ratings.items() if agent in (None, who)}
    return Share(part=len(rated), n=len(sent | rated)) if sent else Share(part=0, n=0)


def first_response(tally: Tally, agent: str | None = None) -> Spread | None:
    """Handoff or reopening to the first public human reply."""
    return _seconds(tally.first_response, agent)


def reply_time(tally: Tally, agent: str | None = None) -> Spread | None:
    """First unanswered customer message to the next human reply, every exchange."""
    return _seconds(tally.reply, agent)


def first_resolution(tally: Tally, agent: str | None = None) -> Spread | None:
    """Ticket opened to first solved."""
    return _seconds(tally.first_resolution, agent)


def full_resolution(tally: Tally, agent: str | None = None) -> Spread | None:
    """Ticket opened to latest solved, once a ticket."""
    latest = tally.full_resolution.values()
    return spread([ms / 1000 for _, ms, who in latest if agent in (None, who)])


def handling(tally: Tally, agent: str | None = None) -> Spread | None:
    """Handoff to the first solving after it."""
    return _seconds(tally.handling, agent)


def bot_latency(tally: Tally) -> Spread | None:
    """Customer's message accepted to the bot's answer delivered, milliseconds."""
    return spread(tally.latency)


def bot_resolution(tally: Tally) -> Share:
    """Conversations the bot closed (confirmed, or no return within 72 hours) of those that ended."""
    ended = Counter(outcome for _, outcome in tally.outcomes.values())
    return Share(part=ended["confirmed"] + ended["quiet"], n=ended.total())


def handoff_rate(tally: Tally) -> Share:
    """Conversations handed off of those the bot handled."""
    return Share(part=len(tally.handoffs), n=len(tally.handled))


def handoff_reasons(tally: Tally) -> dict[str, Share]:
    """The same by reason, most frequent first."""
    reasons = Counter(reason for _, reason in tally.handoffs.values())
    return {reason: Share(part=count, n=len(tally.handled)) for reason, count in _ranked(reasons)}


def sla(tally: Tally, target: str, agent: str | None = None) -> Share:
    """Met of met and breached. ``target``: first_response or resolution."""
    counts = _chosen(tally.sla, agent)
    met, breached = counts[f"{target}:met"], counts[f"{target}:breached"]
    return Share(part=met, n=met + breached)


def emotions(tally: Tally, agent: str | None = None) -> dict[Feeling, Share]:
    """Share of the customers' labelled messages by emotion; empty without any.

    With an agent: of the messages written while that agent had the conversation.
    """
    counts = _chosen(tally.emotions, agent)
    n = counts.total()
    return {feeling: Share(part=counts[feeling.value], n=n) for feeling in Feeling} if n else {}


def shifts(tally: Tally, agent: str | None = None) -> dict[tuple[Feeling, Feeling], int]:
    """First and last emotion of each conversation with at least two labelled messages."""
    found = ((first, last) for _, first, last, who in tally.shifts.values() if agent in (None, who))
    return dict(Counter((Feeling(first), Feeling(last)) for first, last in found))


def brightened(tally: Tally, agent: str | None = None) -> Share:
    """Of the conversations that began with a negative emotion: those that ended without one."""
    begun = {pair: n for pair, n in shifts(tally, agent).items() if pair[0] in NEGATIVE}
    better = sum(n for (_, last), n in begun.items() if last not in NEGATIVE)
    return Share(part=better, n=sum(begun.values()))


def workload(tally: Tally, carry: Carry, agent: str | None = None) -> dict[str, Load]:
    """By agent, busiest first; "" holds the tickets that nobody has."""
    holding = Counter(job.agent for job in carry.open_jobs())
    names = [name for name in {*tally.work, *holding} if agent in (None, name)]
    loads = {name: _load(holding[name], tally.work.get(name, Counter())) for name in names}
    return dict(sorted(loads.items(), key=lambda item: (-item[1].open, -item[1].solved, item[0])))


def gini(loads: Mapping[str, Load]) -> float | None:
    """Inequality of open tickets between agents: 0 all equal, towards 1 one has all. None: no tickets."""
    values = sorted(load.open for name, load in loads.items() if name)
    total, n = sum(values), len(values)
    if not total:
        return None
    return 2 * sum(rank * value for rank, value in enumerate(values, 1)) / (n * total) - (n + 1) / n


def overdue(carry: Carry) -> int:
    """Open tickets that missed an SLA target."""
    return sum(job.breached for job in carry.open_jobs())


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What the language model took. ``dollars`` by the prices in config.toml."""

    prompt_tokens: int
    answer_tokens: int
    dollars: float


def spent(tally: Tally) -> Spent | None:
    """Tokens and money for answers and experience reports; None: the language model wasn't used."""
    counts = tally.counts
    if not counts["prompt_tokens"] and not counts["answer_tokens"]:
        return None
    return Spent(
        prompt_tokens=counts["prompt_tokens"],
        answer_tokens=counts["answer_tokens"],
        dollars=counts["cost"] / 1_000_000,
    )


def spread(values: Iterable[float]) -> Spread | None:
    """Mean, median and p90; None without values."""
    ranked = sorted(values)
    if not ranked:
        return None
    return Spread(n=len(ranked), mean=fmean(ranked), median=median(ranked), p90=_quantile(ranked, 0.9))


def _quantile(ranked: list[float], share: float) -> float:
    place = share * (len(ranked) - 1)
    below = int(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)


def _seconds(samples: Samples, agent: str | None) -> Spread | None:
    chosen = samples.values() if agent is None else [samples.get(agent, [])]
    return spread([ms / 1000 for values in chosen for ms in values])


def _chosen(counters: Mapping[str, Counter[str]], agent: str | None) -> Counter[str]:
    if agent is not None:
        return counters.get(agent, Counter())
    total: Counter[str] = Counter()
    for counter in counters.values():
        total.update(counter)
    return total


def _load(holding: int, work: Counter[str]) -> Load:
    return Load(
        open=holding,
        assigned=work["assigned"] + work["received"],
        claimed=work["claimed"],
        solved=work["solved"],
        reopened=work["reopened"],
        transferred=work["transferred"],
        released=work["released"],
    )


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
