"""What is done about a company's documents now and then: its folder is taken in, old drafts go."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from brain.knowledge.knowledge import Synced
from desk.firm import Firm
from desk.schedule import Job
from desk.syncing import SyncDesk
from domain.errors import BadInput
from wiring.clock import now
from wiring.parts import Parts


def syncing(parts: Parts, known: Firm, wake: Callable[[str], None]) -> SyncDesk | None:
    """What takes the company's folder in; None where there is none."""
    company = parts.company
    if not company.sync_dir:
        return None
    folder = parts.settings.root / company.sync_dir

    async def sync() -> Synced:
        if not await asyncio.to_thread(folder.is_dir):
            raise BadInput(f"The folder {company.sync_dir} (companies.sync_dir) is not there.")
        return await parts.books.knowledge.sync(folder, prune=company.sync_prune)

    return SyncDesk(
        firm=known,
        sync=sync,
        every=timedelta(minutes=parts.settings.knowledge.sync_minutes),
        outbox=parts.kept.outbox,
        channels=parts.connections.channels,
        clock=now,
        wake=wake,
    )


def indexing(parts: Parts) -> Job:
    """Makes the vectors that are missing, because they were lost or the encoder is another one."""

    async def complete() -> None:
        await parts.books.knowledge.complete()

    return complete


def expiring(parts: Parts) -> Job:
    """Lets drafts go that nobody published."""

    async def expire() -> None:
        await parts.books.drafts.expire()

    return expire
