"""A company's jobs: which there are, and when, from its settings."""

from collections.abc import Callable
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from desk.experience import ExperienceDesk
from desk.firm import Firm
from desk.posting import DigestDesk
from desk.schedule import Job, Timetable
from desk.syncing import SyncDesk
from domain.errors import Misconfigured
from reports.advisor import Advisor
from reports.digests import Cadence, Digester, Schedule
from reports.service import Reporter
from settings import Company, Settings
from store.jobs import MongoClaims
from store.retention import MongoRetention
from wiring import privacy
from wiring.clock import now
from wiring.parts import Parts
from wiring.upkeep import expiring, indexing

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATE = timedelta(minutes=2)
"""A digest is never on time to the second: a busy process may look a little later."""


def schedules(settings: Settings, company: Company) -> tuple[Schedule, ...]:
    """When digests are posted. Raises Misconfigured on a time that can't be understood."""
    section, zone = settings.digest, ZoneInfo(company.timezone)
    late = timedelta(hours=section.catch_up_hours) + LATE
    found: list[Schedule] = []
    if section.daily:
        at = _time("digest.daily", section.daily)
        found.append(Schedule(cadence=Cadence.DAILY, at=at, zone=zone, catch_up=late))
    if section.weekly:
        day, _, clock = section.weekly.lower().partition(" ")
        if day[:3] not in WEEKDAYS:
            raise Misconfigured("digest.weekly: write a day and a time, such as 'mon 08:00'.")
        at, weekday = _time("digest.weekly", clock), WEEKDAYS.index(day[:3])
        found.append(Schedule(cadence=Cadence.WEEKLY, at=at, zone=zone, weekday=weekday, catch_up=late))
    return tuple(found)


def _time(option: str, words: str) -> time:
    try:
        return time.fromisoformat(words.strip())
    except ValueError as error:
        raise Misconfigured(f"{option}: '{words}' is no time; write one such as 08:00.") from error


def digests(parts: Parts, known: Firm, reporter: Reporter, wake: Callable[[str], None]) -> DigestDesk:
    """What makes and posts a company's digests."""
    return DigestDesk(
        firm=known,
        digester=Digester(
            reporter=reporter,
            claims=MongoClaims(db=parts.db, company=parts.id),
            schedules=schedules(parts.settings, parts.company),
            advisor=Advisor(reporter=reporter, log=parts.kept.log),
        ),
        outbox=parts.kept.outbox,
        channels=parts.connections.channels,
        keep=parts.kept.blobs.put,
        clock=now,
        wake=wake,
    )


def timetable(
    parts: Parts, posting: DigestDesk, experience: ExperienceDesk, syncing: SyncDesk | None
) -> Timetable:
    """A company's jobs. Nothing runs before it is started."""
    table = Timetable(zone=ZoneInfo(parts.company.timezone))
    table.every_minute("digests", posting.post_due)
    if parts.settings.experience.write != "off":
        table.every_minute("experience", experience.write_due)
    if syncing:
        table.every_minute("sync", syncing.sync_due)
    table.nightly("drafts", expiring(parts))
    table.every_minute("erasures", privacy.settling(parts))
    table.nightly("index", indexing(parts))
    if parts.settings.retention.days:
        table.nightly("retention", _erasing(parts))
    return table


def _erasing(parts: Parts) -> Job:
    kept = timedelta(days=parts.settings.retention.days)
    retention = MongoRetention(db=parts.db, company=parts.id, blobs=parts.kept.blobs)

    async def erase() -> None:
        await retention.erase(now() - kept)

    return erase
