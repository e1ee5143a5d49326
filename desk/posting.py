"""Digests on their way to the agents' channel: kept in the outbox and claimed, both or neither."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Protocol

import structlog

from desk.attachments import Keep
from desk.changes import Outgoing, Purpose
from desk.firm import Firm
from desk.ports import Channel
from desk.step import Step
from domain.content import File
from domain.ids import BotId, Lane, derived
from reports.digests import Digest, Digester
from reports.result import Chart

log = structlog.get_logger()


class Once(Protocol):
    """Keeps rows of which one set is kept, whoever brings them."""

    async def add_once(self, claim: str, rows: Sequence[Outgoing]) -> bool:
        """Keep rows and claim a key in one transaction; false, and nothing is kept, if it is claimed."""
        ...


class DigestDesk:
    """Posts one company's digests; without a staff channel it posts none."""

    def __init__(
        self,
        *,
        firm: Firm,
        digester: Digester,
        outbox: Once,
        channels: Mapping[BotId, Channel],
        keep: Keep,
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
    ) -> None:
        self._firm = firm
        self._digester = digester
        self._outbox = outbox
        self._channels = channels
        self._keep = keep
        self._clock = clock
        self._wake = wake

    async def post_due(self) -> None:
        """Post the digests whose time has come, each once among all processes and restarts."""
        if self._firm.staff:
            await self._digester.post_due(self._clock(), self._post)

    async def post_now(self) -> None:
        """Post one about today so far."""
        if self._firm.staff:
            await self._post(await self._digester.so_far(now=self._clock()))

    async def _post(self, digest: Digest) -> None:
        """A crash before the one transaction leaves it due; after it, nobody posts it again."""
        rows = self._rows(digest, [await self._kept(digest, chart) for chart in digest.charts])
        posted = await self._outbox.add_once(digest.key, rows)
        log.info("digest_posted" if posted else "digest_posted_elsewhere", digest=digest.key)
        for queue in {row.queue for row in rows}:
            self._wake(queue)

    async def _kept(self, digest: Digest, chart: Chart) -> File:
        """Two processes may draw different pictures, so the bytes have a part in the key."""
        mark = blake2b(chart.png, digest_size=16).hexdigest()
        blob = derived(self._firm.id, digest.key, chart.name, mark)
        await self._keep(blob, chart.png)
        return File(blob, chart.name, "image/png", len(chart.png), image=True, alt=chart.alt)

    def _rows(self, digest: Digest, files: Sequence[File]) -> Sequence[Outgoing]:
        if self._firm.staff is None:
            return ()
        step = Step(
            firm=self._firm,
            channels=self._channels,
            lane=Lane(f"staff|{self._firm.id}|digests"),
            seed=digest.key,
            now=self._clock(),
        )
        step.send(self._firm.staff, digest.content.plus(*files), "digest", purpose=Purpose.REPORT)
        return step.changes.outgoing
