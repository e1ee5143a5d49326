"""Writes event logs in tests: moments are minutes after the diary's start."""

from datetime import UTC, datetime, timedelta

from domain.ids import AgentId, CompanyId, ConversationId, CustomerId, TicketId
from domain.log import Entry, Kind

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Diary:
    """Notes what happened; ``entries`` is the log."""

    def __init__(self, start: datetime = MONDAY) -> None:
        self.start = start
        self.entries: list[Entry] = []

    def note(
        self,
        minute: float,
        kind: Kind,
        *,
        talk: str | None = "talk",
        ticket: str | None = None,
        agent: str | None = None,
        customer: str | None = "kim",
        **data: object,
    ) -> Entry:
        entry = Entry(
            id=f"e{len(self.entries):04}",
            company=CompanyId("acme"),
            at=self.start + timedelta(minutes=minute),
            kind=kind,
            conversation=ConversationId(talk) if talk else None,
            ticket=TicketId(ticket) if ticket else None,
            customer=CustomerId(customer) if customer else None,
            agent=AgentId(agent) if agent else None,
            data=data,
        )
        self.entries.append(entry)
        return entry

    def wrote(self, minute: float, emotion: str = "neutral", **more: str | None) -> Entry:
        return self.note(minute, Kind.CUSTOMER_WROTE, emotion=emotion, **more)

    def answered(self, minute: float, action: str = "reply", **more: str | None) -> Entry:
        return self.note(minute, Kind.BOT_ANSWERED, action=action, **more)

    def handed_off(self, minute: float, ticket: str = "t1", agent: str = "ann", **more: str | None) -> None:
        reason = more.pop("reason", "asked")
        self.note(minute, Kind.HANDED_OFF, reason=reason, **more)
        self.note(minute, Kind.TICKET_OPENED, ticket=ticket, **more)
        self.note(minute, Kind.TICKET_ASSIGNED, ticket=ticket, agent=agent, **more)

    def replied(self, minute: float, ticket: str = "t1", agent: str = "ann", **more: str | None) -> Entry:
        return self.note(minute, Kind.AGENT_REPLIED, ticket=ticket, agent=agent, **more)

    def solved(self, minute: float, ticket: str = "t1", agent: str = "ann", **more: str | None) -> None:
        self.note(minute, Kind.TICKET_SOLVED, ticket=ticket, agent=agent, **more)
        self.note(minute, Kind.CONVERSATION_RESOLVED, ticket=ticket, agent=agent, by="agent", **more)

    def surveyed(self, minute: float, resolution: str = "r1", agent: str = "ann", **more: str | None) -> None:
        self.note(minute, Kind.SURVEY_SENT, resolution=resolution, agent=agent, **more)

    def rated(
        self, minute: float, rating: int, resolution: str = "r1", agent: str = "ann", **more: str | None
    ) -> None:
        self.note(minute, Kind.RATED, rating=rating, resolution=resolution, agent=agent, **more)
