"""What serves customers' rights in one company."""

from datetime import datetime

from desk.privacy import PrivacyDesk
from desk.schedule import Job
from reports.history import History
from store.erasure import MongoErasure
from store.persons import MongoPersons
from wiring.clock import now
from wiring.parts import Parts


def rights(parts: Parts, history: History) -> PrivacyDesk:
    """/privacy and its buttons; the stored days of ``history`` are made anew after an erasure."""
    kept = parts.kept

    async def forget(at: datetime) -> None:
        await history.forget(since=at)

    return PrivacyDesk(
        persons=_persons(parts),
        erasure=erasure(parts),
        outbox=kept.outbox,
        leases=kept.leases,
        channels=parts.connections.channels,
        keep=kept.blobs.put,
        forget=forget,
        renew_seconds=parts.settings.app.lease_seconds / 3,
    )


def settling(parts: Parts) -> Job:
    """What past erasures needed themselves is emptied."""
    made = erasure(parts)

    async def settle() -> None:
        await made.settle(now())

    return settle


def erasure(parts: Parts) -> MongoErasure:
    """What erases a person."""
    return MongoErasure(
        db=parts.db,
        company=parts.id,
        persons=_persons(parts),
        blobs=parts.kept.blobs,
        agents=parts.kept.agents,
        log=parts.kept.log,
    )


def _persons(parts: Parts) -> MongoPersons:
    return MongoPersons(db=parts.db, company=parts.id, name=parts.company.name)
