"""Who works on which lane: one document a lane, taken and kept atomically."""

from datetime import UTC, datetime, timedelta

from pymongo.errors import DuplicateKeyError

from desk.storage import Lease
from domain.ids import CompanyId
from store.client import translated
from store.scoped import Db, Scoped, Session


class MongoLeases:
    """Implements `desk.storage.Leases`. ``owner`` names this process; ``seconds`` is how long one lasts."""

    def __init__(self, *, db: Db, company: CompanyId, owner: str, seconds: float) -> None:
        self._rows = Scoped(db=db, name="leases", company=company)
        self._owner = owner
        self._length = timedelta(seconds=seconds)

    async def take(self, key: str) -> Lease | None:
        """Take a lease that nobody holds. The fence rises with every owner."""
        now = datetime.now(UTC)
        where = {"_id": self._rows.id(key), "until": {"$lte": now}}
        update = {"$set": {"until": now + self._length, "owner": self._owner}, "$inc": {"fence": 1}}
        async with translated():
            try:
                row = await self._rows.change(where, update, upsert=True)
            except DuplicateKeyError:  # it exists and does not fit: somebody holds it
                return None
        return Lease(key=key, owner=self._owner, fence=row["fence"]) if row else None

    async def renew(self, lease: Lease) -> bool:
        """Hold it longer."""
        until = datetime.now(UTC) + self._length
        async with translated():
            return await self._rows.change(self._mine(lease), {"$set": {"until": until}}) is not None

    async def release(self, lease: Lease) -> None:
        """Give it back."""
        async with translated():
            await self._rows.change(self._mine(lease), {"$set": {"until": datetime.fromtimestamp(0, UTC)}})

    async def fenced(self, lease: Lease, session: Session) -> bool:
        """Inside a transaction: still ours? Writing to it makes any thief's commit conflict with ours."""
        update = {"$inc": {"commits": 1}}
        return await self._rows.change(self._mine(lease), update, session=session) is not None

    def _mine(self, lease: Lease) -> dict[str, object]:
        return {"_id": self._rows.id(lease.key), "owner": lease.owner, "fence": lease.fence}
