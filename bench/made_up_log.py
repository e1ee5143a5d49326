"""An event log of a made-up company, as long as wanted; the same seed gives the same log."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.ids import AgentId, CompanyId, ConversationId, CustomerId, Platform, TicketId, derived
from domain.log import Entry, Kind

AGENTS = ("ana", "bo", "chidi", "dara", "eli")
FEELINGS = ("neutral", "joy", "anger", "sadness", "surprise", "fear", "disgust")
ODDS = (58, 14, 11, 8, 4, 3, 2)
REASONS = ("asked", "angry", "unanswered", "model_asked", "unsupported")
QUESTIONS = (
    "Do I have to pay customs fees for a parcel to Norway?",
    "what are the customs fees to switzerland",
    "Who pays the customs fee?",
    "Can I pick up my parcel on a Sunday?",
    "is sunday pickup possible",
    "Do you deliver to military addresses?",
    "Can I change the name on the label?",
)
ASIDES = ("", "I ordered last week.", "Thanks!", "It is urgent, order", "My flat is number", "For a friend")
HOURS = (0, 0, 0, 0, 0, 1, 2, 5, 9, 12, 11, 10, 8, 9, 11, 10, 8, 7, 5, 4, 3, 2, 1, 1)


class MadeUpLog:
    """Conversations that begin at random moments of a stretch of days."""

    def __init__(self, *, start: datetime, days: int, seed: int = 7) -> None:
        self.start = start
        self.days = days
        self.random = random.Random(seed)
        self.number = 0

    def entries(self, count: int) -> list[Entry]:
        """About ``count`` entries, oldest first."""
        made: list[Entry] = []
        talk = 0
        while len(made) < count:
            talk += 1
            made.extend(self.conversation(talk))
        return sorted(made[:count], key=lambda entry: entry.at)

    def conversation(self, number: int) -> Iterator[Entry]:
        """One conversation from its first message to its rating."""
        talk = _Talk(self, number)
        yield talk.note(Kind.CONVERSATION_STARTED)
        for _ in range(self.random.randint(1, 3)):
            yield from talk.exchange()
        if self.random.random() < 0.3:
            yield from talk.handoff()
        elif self.random.random() < 0.5:
            yield talk.note(Kind.CONVERSATION_RESOLVED, by="bot", confirmed=True)

    def moment(self) -> datetime:
        """A moment in office hours more often than at night."""
        day, hour = self.random.randrange(self.days), self.random.choices(range(24), HOURS)[0]
        return self.start + timedelta(days=day, hours=hour, seconds=self.random.randrange(3600))


class _Talk:
    def __init__(self, log: MadeUpLog, number: int) -> None:
        self.random = log.random
        self.at = log.moment()
        self.id = derived("talk", str(number))
        self.number = number
        self.steps = 0
        self.agent: str | None = None
        self.ticket: str | None = None
        self.customer = f"customer-{number % 50_000}"

    def note(self, kind: Kind, **data: object) -> Entry:
        self.steps += 1
        return Entry(
            id=f"{self.id}-{self.steps}",
            company=CompanyId("acme"),
            at=self.at,
            kind=kind,
            conversation=ConversationId(self.id),
            customer=CustomerId(self.customer),
            ticket=TicketId(self.ticket) if self.ticket else None,
            agent=AgentId(self.agent) if self.agent else None,
            platform=Platform.TELEGRAM,
            data=data,
        )

    def wait(self, low: float, high: float) -> None:
        self.at += timedelta(seconds=self.random.uniform(low, high))

    def exchange(self) -> Iterator[Entry]:
        self.wait(5, 200)
        yield self.note(Kind.CUSTOMER_WROTE, emotion=self.random.choices(FEELINGS, ODDS)[0], language="en")
        refused = self.random.random() < 0.08
        if refused:
            yield self.note(Kind.QUESTION_UNANSWERED, question=self.question())
        latency = self.random.lognormvariate(6.2, 0.5)
        self.wait(1, 3)
        yield self.note(Kind.BOT_ANSWERED, action="reply", refused=refused, quoted=False, language="en")
        yield self.note(Kind.BOT_DELIVERED, latency_ms=latency)

    def question(self) -> str:
        return f"{self.random.choice(QUESTIONS)} {self.random.choice(ASIDES)} {self.number}"

    def handoff(self) -> Iterator[Entry]:
        opened = self.at
        self.ticket, agent = f"ticket-{self.id}", self.random.choice(AGENTS)
        yield self.note(Kind.HANDED_OFF, reason=self.random.choices(REASONS, (5, 3, 4, 1, 1))[0])
        yield self.note(Kind.TICKET_OPENED)
        self.agent = agent
        yield self.note(Kind.TICKET_ASSIGNED)
        self.wait(30, 1800)
        yield self.note(Kind.TICKET_CLAIMED)
        yield from self.help()
        if self.random.random() < 0.95:
            yield from self.solve(opened, 1)
        if self.random.random() < 0.06:
            self.wait(3600, 90_000)
            yield self.note(Kind.TICKET_REOPENED, opened_at=opened.isoformat(), resolutions=1)
            yield from self.help()
            yield from self.solve(opened, 2)

    def help(self) -> Iterator[Entry]:
        for turn in range(self.random.randint(1, 3)):
            self.wait(20, 900)
            yield self.note(Kind.AGENT_REPLIED)
            if not turn:
                met = self.random.random() < 0.85
                yield self.note(Kind.SLA_MET if met else Kind.SLA_BREACHED, target="first_response")
            self.wait(20, 600)
            yield self.note(Kind.CUSTOMER_WROTE, emotion=self.random.choices(FEELINGS, ODDS)[0])

    def solve(self, opened: datetime, resolutions: int) -> Iterator[Entry]:
        self.wait(60, 20_000)
        resolution = f"{self.ticket}-{resolutions}"
        yield self.note(Kind.TICKET_SOLVED, opened_at=opened.isoformat(), resolutions=resolutions)
        yield self.note(Kind.CONVERSATION_RESOLVED, by="agent", confirmed=False)
        yield self.note(Kind.SURVEY_SENT, resolution=resolution)
        if self.random.random() < 0.4:
            self.wait(10, 4000)
            rating = self.random.choices((1, 2, 3, 4, 5), (6, 5, 9, 25, 55))[0]
            yield self.note(Kind.RATED, rating=rating, resolution=resolution)
