"""Entries in, sums and open state out: the one place that knows what each kind of entry means."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo

from domain.emotion import NEGATIVE, Feeling
from domain.log import Entry, Kind
from reports.carry import Carry, Case, Job
from reports.periods import hour_of_week
from reports.tally import Tally, later

LABELS = frozenset(Feeling)
MICRO = 1_000_000
_CAUSE_FIRST = {kind: rank for rank, kind in enumerate(Kind)}


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """By time, each id once. Of the same moment, causes come before effects, as `Kind` lists them."""
    unique = {entry.id: entry for entry in entries}
    return sorted(unique.values(), key=lambda entry: (entry.at, _CAUSE_FIRST[entry.kind], entry.id))


def fold(
    entries: Iterable[Entry], *, zone: tzinfo, until: datetime, opening: Carry | None = None
) -> tuple[Tally, Carry]:
    """Add up entries, in any order, that all happened before ``until`` and after ``opening``."""
    folding = _Folding(zone=zone, carry=opening.copied() if opening else Carry())
    for entry in ordered(entries):
        folding.add(entry)
    folding.settle(_ms(until))
    return folding.tally, folding.carry


class _Folding:
    def __init__(self, *, zone: tzinfo, carry: Carry) -> None:
        self.zone = zone
        self.carry = carry
        self.tally = Tally()

    def add(self, entry: Entry) -> None:
        self.tally.counts[entry.kind.value] += 1
        if handle := _HANDLERS.get(entry.kind):
            handle(self, entry, _ms(entry.at))

    def settle(self, now: int) -> None:
        """End what has been quiet for long enough, and forget tickets solved long ago."""
        for key, case in list(self.carry.cases.items()):
            self._end_if_due(key, case, now)
        for ticket, job in list(self.carry.jobs.items()):
            if job.forgotten(now):
                del self.carry.jobs[ticket]

    def case(self, entry: Entry, at: int) -> Case:
        """The conversation of an entry; a new one where the old has ended meanwhile."""
        key = self.key(entry)
        case = self.carry.cases.get(key)
        if case is not None and self._end_if_due(key, case, at):
            case = None
        if case is None:
            case = self.carry.cases[key] = Case(touched_at=at)
        if entry.customer:
            case.customer = entry.customer
        return case

    def job(self, entry: Entry, at: int) -> Job:
        """The ticket of an entry."""
        key = entry.ticket or self.key(entry)
        job = self.known(key, at)
        if job is None:
            job = self.carry.jobs[key] = Job(opened_at=_opened(entry), resolutions=_before(entry))
        job.conversation = entry.conversation or job.conversation
        return job

    def known(self, ticket: str, at: int) -> Job | None:
        """A ticket that is remembered at this time: the same whether or not a day ended in between."""
        job = self.carry.jobs.get(ticket)
        return None if job and job.forgotten(at) else job

    def key(self, entry: Entry) -> str:
        """The conversation's id; where an entry names only its ticket, the ticket's conversation."""
        if entry.conversation:
            return entry.conversation
        ticket = entry.ticket or ""
        job = self.known(ticket, _ms(entry.at))
        return (job.conversation if job else "") or ticket

    def hour(self, at: datetime) -> int:
        """Hour of the local week, 0 to 167."""
        return hour_of_week(at, self.zone)

    def returned(self, entry: Entry, at: int) -> None:
        """The customer began anew: the conversation before did not settle their matter."""
        before = self.carry.waiting.get(entry.customer or "")
        if before is None or before == self.key(entry):
            return
        del self.carry.waiting[entry.customer or ""]
        case = self.carry.cases.get(before)
        if case and not self._end_if_due(before, case, at) and case.waits_for_silence:
            later(self.tally.outcomes, before, (at, "returned"))
            del self.carry.cases[before]

    def work(self, agent: str | None, what: str) -> None:
        self.tally.work.setdefault(agent or "", Counter())[what] += 1

    def _end_if_due(self, key: str, case: Case, now: int) -> bool:
        if not case.ends_at or case.ends_at > now:
            return False
        if case.waits_for_silence:
            later(self.tally.outcomes, key, (case.ends_at, "quiet"))
            if self.carry.waiting.get(case.customer) == key:
                del self.carry.waiting[case.customer]
        del self.carry.cases[key]
        return True


def _started(folding: _Folding, entry: Entry, at: int) -> None:
    folding.returned(entry, at)
    folding.case(entry, at).touched_at = at


def _customer_wrote(folding: _Folding, entry: Entry, at: int) -> None:
    folding.returned(entry, at)
    case = folding.case(entry, at)
    case.touched_at = at
    case.unanswered_at = case.unanswered_at or at
    folding.tally.hours[folding.hour(entry.at)] += 1
    label = str(entry.data.get("emotion") or "")
    if label in LABELS:
        _felt(folding, entry, case, label, at)


def _felt(folding: _Folding, entry: Entry, case: Case, label: str, at: int) -> None:
    folding.tally.emotions.setdefault(case.agent, Counter())[label] += 1
    case.first, case.last, case.labelled = case.first or label, label, case.labelled + 1
    if case.labelled > 1:
        later(folding.tally.shifts, folding.key(entry), (at, case.first, label, case.agent))


def _bot_answered(folding: _Folding, entry: Entry, at: int) -> None:
    folding.returned(entry, at)
    case = folding.case(entry, at)
    case.bot, case.touched_at = True, at
    action = str(entry.data.get("action") or "reply")
    if action != "handoff":
        case.unanswered_at = 0
    folding.tally.handled.add(folding.key(entry))
    folding.tally.counts[f"bot_{action}"] += 1
    for name in ("refused", "quoted"):
        folding.tally.counts[f"bot_{name}"] += bool(entry.data.get(name))
    _spent(folding, entry)
    if case.customer and case.waits_for_silence:
        folding.carry.waiting[case.customer] = folding.key(entry)


def _spent(folding: _Folding, entry: Entry) -> None:
    """Tokens, and money in millionths of a dollar: whole numbers add up the same in any order."""
    for name, scale in (("prompt_tokens", 1), ("answer_tokens", 1), ("cost", MICRO)):
        used = entry.data.get(name)
        if isinstance(used, int | float) and used:
            folding.tally.counts[name] += round(used * scale)


def _experience_written(folding: _Folding, entry: Entry, _: int) -> None:
    _spent(folding, entry)


def _bot_delivered(folding: _Folding, entry: Entry, _: int) -> None:
    latency = entry.data.get("latency_ms")
    if isinstance(latency, int | float):
        folding.tally.latency.append(round(float(latency), 1))


def _unanswered(folding: _Folding, entry: Entry, at: int) -> None:
    case = folding.case(entry, at)
    case.gap = True
    negative = case.last in NEGATIVE
    later(folding.tally.gaps, entry.id, (at, folding.key(entry), negative))


def _handed_off(folding: _Folding, entry: Entry, at: int) -> None:
    case = folding.case(entry, at)
    key = folding.key(entry)
    case.bot, case.human, case.closed_at = True, True, 0
    case.asked_at = case.asked_at or at
    case.handoff_at = case.handoff_at or at
    folding.tally.handled.add(key)
    later(folding.tally.handoffs, key, (at, str(entry.data.get("reason") or "")))
    later(folding.tally.outcomes, key, (at, "handoff"))


def _opened_ticket(folding: _Folding, entry: Entry, at: int) -> None:
    folding.job(entry, at).opened_at = at
    folding.case(entry, at).human = True


def _given(what: str) -> "Handler":
    def given(folding: _Folding, entry: Entry, at: int) -> None:
        folding.job(entry, at).agent = folding.case(entry, at).agent = entry.agent or ""
        folding.work(entry.agent, what)

    return given


def _transferred(folding: _Folding, entry: Entry, at: int) -> None:
    giver = str(entry.data.get("from") or "") or folding.job(entry, at).agent
    folding.work(giver, "transferred")
    _given("received")(folding, entry, at)


def _released(folding: _Folding, entry: Entry, at: int) -> None:
    folding.work(entry.agent or folding.job(entry, at).agent, "released")
    folding.job(entry, at).agent = folding.case(entry, at).agent = ""


def _agent_replied(folding: _Folding, entry: Entry, at: int) -> None:
    case = folding.case(entry, at)
    agent = entry.agent or ""
    if case.bot and not case.human:
        later(folding.tally.outcomes, folding.key(entry), (at, "agent"))
    case.human, case.touched_at = True, at
    if case.asked_at:
        _waited(folding, case.asked_at, agent, at - case.asked_at)
    if case.unanswered_at:
        folding.tally.reply.setdefault(agent, []).append(at - case.unanswered_at)
    case.asked_at = case.unanswered_at = 0
    folding.work(agent, "replied")


def _waited(folding: _Folding, since: int, agent: str, ms: int) -> None:
    folding.tally.first_response.setdefault(agent, []).append(ms)
    hour = folding.hour(datetime.fromtimestamp(since / 1000, UTC))
    folding.tally.wait_ms[hour] += ms
    folding.tally.wait_n[hour] += 1


def _solved(folding: _Folding, entry: Entry, at: int) -> None:
    case, job = folding.case(entry, at), folding.job(entry, at)
    agent = entry.agent or job.agent
    _resolution_times(folding, entry, job, agent, at)
    if case.handoff_at:
        folding.tally.handling.setdefault(agent, []).append(at - case.handoff_at)
        if case.gap:
            later(folding.tally.effort, folding.key(entry), (at, at - case.handoff_at))
    job.solved_at, job.solver, job.agent, job.breached = at, agent, "", False
    job.resolutions += 1
    case.asked_at = case.unanswered_at = case.handoff_at = 0
    case.agent, case.closed_at = "", at
    folding.work(agent, "solved")


def _closed(folding: _Folding, entry: Entry, at: int) -> None:
    """Over without being solved: nobody has it any more, and nothing is measured."""
    case, job = folding.case(entry, at), folding.job(entry, at)
    job.solved_at, job.agent, job.breached = at, "", False
    case.asked_at = case.unanswered_at = case.handoff_at = 0
    case.agent, case.closed_at = "", at
    folding.work(entry.agent or "", "closed")


def _resolution_times(folding: _Folding, entry: Entry, job: Job, agent: str, at: int) -> None:
    opened = _opened(entry) or job.opened_at
    if not opened:
        return
    if job.resolutions == 0:
        folding.tally.first_resolution.setdefault(agent, []).append(at - opened)
    later(folding.tally.full_resolution, entry.ticket or folding.key(entry), (at, at - opened, agent))


def _reopened(folding: _Folding, entry: Entry, at: int) -> None:
    case, job = folding.case(entry, at), folding.job(entry, at)
    folding.work(job.solver or entry.agent, "reopened")
    job.solved_at = 0
    job.agent = case.agent = entry.agent or job.solver
    case.human, case.closed_at = True, 0
    case.asked_at = case.asked_at or at
    later(folding.tally.reopened, entry.ticket or folding.key(entry), (at, folding.key(entry), job.solver))


def _resolved(folding: _Folding, entry: Entry, at: int) -> None:
    case = folding.case(entry, at)
    by_bot = entry.data.get("by") == "bot"
    if by_bot and not entry.data.get("confirmed"):
        return
    if by_bot and not case.human:
        case.bot = True
        folding.tally.handled.add(folding.key(entry))
        later(folding.tally.outcomes, folding.key(entry), (at, "confirmed"))
    case.closed_at, case.asked_at, case.unanswered_at = at, 0, 0


def _survey_sent(folding: _Folding, entry: Entry, at: int) -> None:
    later(folding.tally.surveys, _resolution(folding, entry), (at, entry.agent or ""))


def _rated(folding: _Folding, entry: Entry, at: int) -> None:
    rating = entry.data.get("rating")
    if isinstance(rating, int) and 1 <= rating <= 5:
        value = (at, rating, entry.agent or "", folding.hour(entry.at))
        later(folding.tally.ratings, _resolution(folding, entry), value)


def _sla(outcome: str) -> "Handler":
    def sla(folding: _Folding, entry: Entry, at: int) -> None:
        target = str(entry.data.get("target") or "first_response")
        job = folding.known(entry.ticket or "", at)
        agent = entry.agent or (job.agent if job else "")
        folding.tally.sla.setdefault(agent, Counter())[f"{target}:{outcome}"] += 1
        if outcome == "breached" and job and not job.solved_at:
            job.breached = True

    return sla


def _resolution(folding: _Folding, entry: Entry) -> str:
    return str(entry.data.get("resolution") or entry.ticket or folding.key(entry))


def _opened(entry: Entry) -> int:
    said = entry.data.get("opened_at")
    if not isinstance(said, str) or not said:
        return 0
    at = datetime.fromisoformat(said)
    return _ms(at if at.tzinfo else at.replace(tzinfo=UTC))


def _before(entry: Entry) -> int:
    """How often the ticket had been solved before this entry, as far as the entry says."""
    said = entry.data.get("resolutions")
    count = said if isinstance(said, int) else 0
    return max(count - (entry.kind is Kind.TICKET_SOLVED), 0)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


Handler = Callable[[_Folding, Entry, int], None]

_HANDLERS: dict[Kind, Handler] = {
    Kind.CONVERSATION_STARTED: _started,
    Kind.CUSTOMER_WROTE: _customer_wrote,
    Kind.BOT_ANSWERED: _bot_answered,
    Kind.BOT_DELIVERED: _bot_delivered,
    Kind.QUESTION_UNANSWERED: _unanswered,
    Kind.HANDED_OFF: _handed_off,
    Kind.TICKET_OPENED: _opened_ticket,
    Kind.TICKET_ASSIGNED: _given("assigned"),
    Kind.TICKET_CLAIMED: _given("claimed"),
    Kind.TICKET_TRANSFERRED: _transferred,
    Kind.TICKET_RELEASED: _released,
    Kind.AGENT_REPLIED: _agent_replied,
    Kind.TICKET_SOLVED: _solved,
    Kind.TICKET_REOPENED: _reopened,
    Kind.TICKET_CLOSED: _closed,
    Kind.CONVERSATION_RESOLVED: _resolved,
    Kind.SURVEY_SENT: _survey_sent,
    Kind.RATED: _rated,
    Kind.SLA_MET: _sla("met"),
    Kind.SLA_BREACHED: _sla("breached"),
    Kind.EXPERIENCE_WRITTEN: _experience_written,
}
