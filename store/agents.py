"""Agents, and how many open tickets each has."""

from collections.abc import Collection, Mapping
from datetime import datetime

from domain.ids import AgentId, CompanyId, Identity, derived
from domain.people import Agent, Availability, Role
from store.client import translated
from store.codec import dump, load
from store.scoped import Db, Row, Scoped, Session


def agent_id(company: CompanyId, identity: Identity) -> AgentId:
    """The id of an agent. A company has one Slack workspace, so its users' ids are enough."""
    return AgentId(derived(company, "agent", identity.platform, identity.user))


class MongoAgents:
    """Implements `desk.storage.Agents`."""

    def __init__(self, *, db: Db, company: CompanyId) -> None:
        self._rows = Scoped(db=db, name="agents", company=company)
        self._company = company

    async def get(self, id: AgentId) -> Agent | None:
        """An agent by id."""
        async with translated():
            row = await self._rows.get(id)
        return load(Agent, row) if row else None

    async def join(
        self, identity: Identity, *, name: str, role: Role, capacity: int, availability: Availability
    ) -> Agent:
        """The agent of an identity; made with these values if there was none."""
        id = agent_id(self._company, identity)
        fresh = Agent(
            id=id, identity=identity, name=name, role=role, capacity=capacity, availability=availability
        )
        async with translated():
            await self._rows.once({id: {**dump(fresh), "key": id}})
            row = await self._rows.get(id)
        return load(Agent, row)

    async def all(self) -> list[Agent]:
        """All agents, by name."""
        async with translated():
            return [load(Agent, row) for row in await self._rows.many({}, sort=[("name", 1)])]

    async def set_availability(self, id: AgentId, availability: Availability, at: datetime) -> None:
        """Change whether they get tickets. ``at`` is when they changed it."""
        values = {"availability": availability.value, "availability_at": at}
        async with translated():
            await self._rows.change({"_id": self._rows.id(id)}, {"$set": values})

    async def set_capacity(self, id: AgentId, capacity: int) -> None:
        """Change how many open tickets they get at most."""
        async with translated():
            await self._rows.change({"_id": self._rows.id(id)}, {"$set": {"capacity": capacity}})

    async def load_changed(self, loads: Mapping[AgentId, int], session: Session) -> None:
        """Inside a transaction: tickets came to or left these agents."""
        for id, by in loads.items():
            if by:
                await self._rows.change({"_id": self._rows.id(id)}, {"$inc": {"load": by}}, session=session)

    async def least_busy(self, at: datetime, last: Collection[AgentId], session: Session) -> Row | None:
        """Inside a transaction: take a place with the least busy online agent who has room.

        Ties go to whoever was assigned longest ago (never counts as longest). Those in ``last`` are
        asked only when nobody else has room.
        """
        room = {"availability": Availability.ONLINE.value, "$expr": {"$lt": ["$load", "$capacity"]}}
        others = {**room, "id": {"$nin": list(last)}}
        update = {"$inc": {"load": 1}, "$set": {"assigned_at": at}}
        order = [("load", 1), ("assigned_at", 1), ("key", 1)]
        found = await self._rows.change(others, update, sort=order, session=session)
        if found is None and last:
            found = await self._rows.change(room, update, sort=order, session=session)
        return found
