"""The company, as its desk knows it."""

from dataclasses import dataclass
from datetime import timedelta

from domain.answer import Tone
from domain.ids import Address, CompanyId, Identity
from ticketing.targets import Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """What the desk knows of its company. ``staff`` is where tickets are posted; None: nowhere.

    ``admins``: who may upload and report, as ``telegram:123456789``. ``capacity``: of agents who join
    themselves. ``targets``: what customers are promised.
    """

    id: CompanyId
    name: str
    timezone: str
    language: str
    tone: Tone
    staff: Address | None
    admins: frozenset[str] = frozenset()
    capacity: int = 10
    max_text: int = 8000
    survey_delay: timedelta = timedelta()
    targets: Targets | None = None

    def is_admin(self, identity: Identity) -> bool:
        """Whether somebody may upload and report. Ids of one platform say nothing on another."""
        return f"{identity.platform}:{identity.user}" in self.admins
