"""Everything that is known about a period, ready to be put into words, charts and tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.ids import AgentId
from reports.carry import Carry
from reports.gaps import Gap
from reports.periods import Period
from reports.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """``tally`` adds up ``days``; ``agent``: only this agent's figures, None: the company's."""

    company: str
    period: Period
    now: datetime
    tally: Tally
    days: Mapping[date, Tally]
    carry: Carry
    agent: str | None = None
    names: Mapping[AgentId, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()

    def name(self, agent: str) -> str:
        """What to call an agent."""
        return self.names.get(AgentId(agent), agent) if agent else "nobody yet"
