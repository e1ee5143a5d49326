"""Everything that is known about a period, ready to be put into words, charts and tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from domain.ids import AgentId
from reports.carry import Carry
from reports.gaps import Gap
from reports.periods import Period
from reports.tally import Tally
from reports.themes import Theme

if TYPE_CHECKING:
    from reports.advice import Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """``tally`` adds up ``days``; ``agent``: only this agent's figures, None: the company's.

    ``gaps``, ``themes`` and ``advice`` are there only if they were asked for.
    """

    company: str
    period: Period
    now: datetime
    tally: Tally
    days: Mapping[date, Tally]
    carry: Carry
    agent: str | None = None
    names: Mapping[AgentId, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    themes: tuple[Theme, ...] = ()
    advice: tuple["Advice", ...] = ()

    def name(self, agent: str) -> str:
        """What to call an agent."""
        return self.names.get(AgentId(agent), agent) if agent else "nobody yet"
