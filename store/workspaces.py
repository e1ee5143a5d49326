"""Installations of the app in workspaces, one a company; a workspace belongs to one company only."""

from datetime import datetime

from pymongo.errors import DuplicateKeyError

from desk.workspaces import Installation
from domain.errors import BadInput, Unavailable
from domain.ids import BotId, CompanyId
from store.client import translated
from store.codec import dump, load
from store.scoped import Db, Scoped
from store.seal import Seal


class MongoInstallations:
    """Implements `desk.workspaces.Installations` for one connection of a company."""

    def __init__(self, *, db: Db, company: CompanyId, bot: BotId, seal: Seal) -> None:
        self._rows = Scoped(db=db, name="installations", company=company)
        self._spent = Scoped(db=db, name="spent", company=company)
        self._bot = bot
        self._seal = seal

    async def save(self, installation: Installation) -> None:
        """Keep it in place of the earlier one. Raises BadInput while another workspace has the app."""
        row = {**dump(installation), "token": self._seal.close(installation.token), "here": True}
        ours = [{"here": False}, {"workspace": installation.workspace}]
        where = {"_id": self._rows.id(self._bot), "$or": ours}
        try:
            async with translated():
                await self._rows.change(where, {"$set": row}, upsert=True)
        except Unavailable as fault:
            if isinstance(fault.__cause__, DuplicateKeyError):
                raise BadInput(_taken(fault.__cause__)) from fault
            raise

    async def current(self) -> Installation | None:
        """The latest one."""
        async with translated():
            row = await self._rows.get(self._bot)
        if row is None:
            return None
        token = self._seal.open(row["token"]) if row["here"] else ""
        return load(Installation, {**row, "token": token})

    async def removed(self, workspace: str, at: datetime) -> bool:
        """Forget the token, unless the app came back since."""
        where = {"_id": self._rows.id(self._bot), "workspace": workspace, "at": {"$lte": at}, "here": True}
        values = {"token": b"", "here": False, "removed_at": at}
        async with translated():
            return await self._rows.change(where, {"$set": values}) is not None

    async def spend(self, once: str, until: datetime) -> bool:
        """True for the first who asks."""
        async with translated():
            return await self._spent.add(once, {"until": until})


def _taken(error: DuplicateKeyError) -> str:
    """What stands in the way: our own row, which didn't fit, or another company's workspace."""
    if "_id" in ((error.details or {}).get("keyPattern") or {}):
        return "Another workspace has the app already. Remove it there first, then try again."
    return "This workspace already belongs to another company here."
