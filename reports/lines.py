"""The sections of a report as lines of text."""

from collections.abc import Callable, Sequence

from domain.emotion import NEGATIVE, Feeling
from reports import metrics
from reports.view import View
from reports.words import NO_DATA, cut, duration, many, milliseconds, money, percent, times

REASONS = {
    "asked": "asked for a person",
    "angry": "upset",
    "unanswered": "no answer in the documents",
    "model_asked": "the assistant asked for help",
    "model_failed": "the assistant failed",
    "unsupported": "something the bot can't handle",
}
SHOWN = 5


def headline(view: View, kind: str) -> str:
    """One line that says the most important."""
    who = f"{view.company}, {view.name(view.agent)}" if view.agent else view.company
    return f"{who}, {view.period}: {_HEADLINES[kind](view)}"


def lines(view: View, kind: str) -> tuple[str, ...]:
    """The section of a kind, or all of them."""
    kinds: Sequence[str] = tuple(_SECTIONS) if kind == "all" else (kind,)
    return tuple(line for name in kinds for line in _SECTIONS[name](view))


def csat_line(view: View) -> str:
    """``CSAT 83 % (10 of 12), small sample``."""
    share = metrics.csat(view.tally, view.agent)
    if share.percent is None:
        return "no ratings yet"
    return f"CSAT {percent(share)}" + (", small sample" if share.small else "")


def _csat(view: View) -> list[str]:
    share = metrics.csat(view.tally, view.agent)
    found = [f"CSAT: {percent(share)}"]
    if share.interval:
        low, high = share.interval
        found[0] += f", 95 % interval {low:.0f} to {high:.0f} %" + ("; small sample" if share.small else "")
        given = metrics.ratings(view.tally, view.agent)
        found.append("Ratings: " + ", ".join(f"{stars}★ {given[stars]}" for stars in (5, 4, 3, 2, 1)))
    found.append(f"Surveys answered: {percent(metrics.response_rate(view.tally, view.agent))}")
    return found + themes(view)


def themes(view: View) -> list[str]:
    """What comments are about, most low ratings first, each with a quote."""
    if not view.themes:
        return []
    total = sum(theme.count for theme in view.themes)
    found = [f"Comments: {total} about {many(len(view.themes), 'theme')}"]
    for theme in view.themes[:SHOWN]:
        low = f", {many(theme.low, 'low rating')}" if theme.low else ""
        found.append(f"{theme.count} × {theme.name}{low}: “{cut(theme.quotes[0], 120)}”")
    return found


def _emotions(view: View) -> list[str]:
    shares = metrics.emotions(view.tally, view.agent)
    if not shares:
        return [f"Emotions: {NO_DATA}"]
    ranked = sorted(shares.items(), key=lambda item: -item[1].part)
    n = ranked[0][1].n
    felt = ", ".join(f"{feeling.value} {share.percent:.0f} %" for feeling, share in ranked if share.part)
    found = [f"Emotions: {felt} (n = {many(n, 'message')})"]
    if (better := metrics.brightened(view.tally, view.agent)).n:
        found.append(f"Began unhappy and ended without it: {percent(better)}")
    return found


def _workload(view: View) -> list[str]:
    loads = metrics.workload(view.tally, view.carry, view.agent)
    if not loads:
        return [f"Workload: {NO_DATA}"]
    total = sum(load.open for load in loads.values())
    overdue = metrics.overdue(view.carry)
    found = ["Workload:" if view.agent else f"Open tickets: {total}, {overdue} overdue"]
    for name, load in loads.items():
        done = f"{load.claimed} claimed, {load.solved} solved, {load.reopened} reopened"
        found.append(f"{view.name(name)}: {load.open} open" + (f", {done}" if name else ""))
    inequality = metrics.gini(loads)
    if inequality is not None and not view.agent and len(loads) > 1:
        found.append(f"Spread of open tickets (Gini, 0 is even): {inequality:.2f}")
    return found


def _speed(view: View) -> list[str]:
    tally, agent = view.tally, view.agent
    found = [
        f"First response: {times(metrics.first_response(tally, agent))}",
        f"Replies: {times(metrics.reply_time(tally, agent))}",
        f"First resolution: {times(metrics.first_resolution(tally, agent))}",
        f"Full resolution: {times(metrics.full_resolution(tally, agent))}",
        f"Human handling: {times(metrics.handling(tally, agent))}",
        f"SLA first response: {percent(metrics.sla(tally, 'first_response', agent))}",
        f"SLA resolution: {percent(metrics.sla(tally, 'resolution', agent))}",
    ]
    return found if agent else found + _bot(view)


def _bot(view: View) -> list[str]:
    resolved, handed = metrics.bot_resolution(view.tally), metrics.handoff_rate(view.tally)
    waiting = sum(case.waits_for_silence for case in view.carry.cases.values())
    still = f"; {many(waiting, 'conversation')} still open" if waiting else ""
    found = [
        f"Bot answered within: {milliseconds(metrics.bot_latency(view.tally))}",
        f"Resolved by the bot: {percent(resolved)}{still}",
        f"Handed to a person: {percent(handed)}",
    ]
    reasons = metrics.handoff_reasons(view.tally).items()
    found.extend(f"  {REASONS.get(reason, reason or 'other')}: {percent(share)}" for reason, share in reasons)
    if spent := metrics.spent(view.tally):
        found.append(f"Language model: {money(spent)}")
    return found


def _gaps(view: View) -> list[str]:
    if view.agent:
        return []
    if not view.gaps:
        return ["Questions without an answer: none"]
    total = sum(gap.count for gap in view.gaps)
    found = [f"Questions without an answer: {total} about {many(len(view.gaps), 'topic')}"]
    for gap in view.gaps[:SHOWN]:
        spent = f", {duration(gap.seconds)} of agents' time" if gap.seconds else ""
        upset = f", {gap.negative} unhappy" if gap.negative else ""
        found.append(f"{gap.count} × “{cut(gap.question, 90)}”{upset}{spent}")
    return found


def advice(view: View) -> list[str]:
    """What is worth doing, best first, each with the evidence that weighs most."""
    return [f"{number}. {one.what} ({one.evidence[0]})" for number, one in enumerate(view.advice, 1)]


def _advice_headline(view: View) -> str:
    best = f": {view.advice[0].what}" if view.advice else ""
    return f"{many(len(view.advice), 'thing')} worth doing{best}" if best else "nothing stands out"


def _all_headline(view: View) -> str:
    talks = many(len(view.tally.handled), "conversation")
    waiting = sum(load.open for load in metrics.workload(view.tally, view.carry, view.agent).values())
    mine = "" if view.agent else f"{talks}, "
    return f"{csat_line(view)}; {mine}{many(waiting, 'open ticket')}"


def _emotions_headline(view: View) -> str:
    shares = metrics.emotions(view.tally, view.agent)
    if not shares:
        return "no messages yet"
    unhappy = sum(shares[feeling].part for feeling in NEGATIVE)
    share = metrics.Share(part=unhappy, n=shares[Feeling.NEUTRAL].n)
    return f"{percent(share)} of messages were unhappy"


def _workload_headline(view: View) -> str:
    loads = metrics.workload(view.tally, view.carry, view.agent).values()
    waiting, solved = sum(load.open for load in loads), sum(load.solved for load in loads)
    return f"{many(waiting, 'open ticket')}, {solved} solved"


def _speed_headline(view: View) -> str:
    found = metrics.first_response(view.tally, view.agent)
    return f"first response {times(found)}" if found else "nobody has waited for a person yet"


def _gaps_headline(view: View) -> str:
    total = sum(gap.count for gap in view.gaps)
    return f"{many(total, 'question')} without an answer" if total else "every question had an answer"


_HEADLINES: dict[str, Callable[[View], str]] = {
    "all": _all_headline,
    "csat": csat_line,
    "emotions": _emotions_headline,
    "workload": _workload_headline,
    "speed": _speed_headline,
    "gaps": _gaps_headline,
    "advice": _advice_headline,
}

_SECTIONS: dict[str, Callable[[View], list[str]]] = {
    "csat": _csat,
    "emotions": _emotions,
    "workload": _workload,
    "speed": _speed,
    "gaps": _gaps,
    "advice": lambda view: [],
}
"""Advice is no section: it stands by itself, with what is to be done about it."""
