"""Every index, in one place; made at start."""

from pymongo import IndexModel

from store.client import translated
from store.scoped import Db

DAY = 24 * 3600
KEEP_HANDLED_DAYS = 60
"""How long a handled event's source is remembered. Platforms redeliver within hours."""
KEEP_CLAIMS_DAYS = 400
"""How long it is remembered that a job ran. Every job looks back much less."""

INDEXES: dict[str, list[IndexModel]] = {
    "inbox": [
        IndexModel([("company", 1), ("lane", 1), ("state", 1), ("n", 1)]),
        IndexModel([("company", 1), ("state", 1), ("due_at", 1)]),
        IndexModel([("handled_at", 1)], expireAfterSeconds=KEEP_HANDLED_DAYS * DAY),
    ],
    "outbox": [
        IndexModel([("company", 1), ("queue", 1), ("state", 1), ("at", 1), ("n", 1)]),
        IndexModel([("company", 1), ("state", 1), ("due_at", 1)]),
        IndexModel([("company", 1), ("sent_ref.id", 1)]),
        IndexModel([("company", 1), ("origin", 1)]),
        IndexModel([("company", 1), ("target", 1)]),
        IndexModel([("company", 1), ("lane", 1), ("purpose", 1), ("state", 1)]),
    ],
    "conversations": [
        IndexModel([("company", 1), ("lane", 1), ("started_at", -1)]),
        IndexModel([("company", 1), ("customer", 1)]),
    ],
    "messages": [
        IndexModel([("company", 1), ("conversation", 1), ("at", 1), ("n", 1)]),
        IndexModel([("company", 1), ("ref.id", 1)]),
        IndexModel([("company", 1), ("at", 1)]),
    ],
    "customers": [
        IndexModel([("company", 1), ("identity.user", 1)]),
        IndexModel([("company", 1), ("merged_into", 1)]),
    ],
    "link_codes": [IndexModel([("expires_at", 1)], expireAfterSeconds=0)],
    "link_failures": [IndexModel([("expires_at", 1)], expireAfterSeconds=0)],
    "tickets": [
        IndexModel([("company", 1), ("status", 1), ("waiting_since", 1)]),
        IndexModel([("company", 1), ("assignee", 1), ("status", 1)]),
        IndexModel([("company", 1), ("customer", 1), ("opened_at", -1)]),
        IndexModel([("company", 1), ("reference", 1)], unique=True),
    ],
    "agents": [IndexModel([("company", 1), ("availability", 1), ("load", 1), ("assigned_at", 1)])],
    "feedback": [
        IndexModel([("company", 1), ("conversation", 1), ("sent_at", -1)]),
        IndexModel([("company", 1), ("sent_at", -1)]),
    ],
    "experiences": [
        IndexModel([("company", 1), ("at", 1)]),
        IndexModel([("company", 1), ("analysis.session", 1)]),
    ],
    "events": [
        IndexModel([("company", 1), ("at", 1)]),
        IndexModel([("company", 1), ("kind", 1), ("at", 1)]),
        IndexModel([("company", 1), ("customer", 1)]),
    ],
    "traces": [IndexModel([("company", 1), ("at", -1)])],
    "documents": [IndexModel([("company", 1), ("name", 1), ("version", -1)])],
    "passages": [IndexModel([("company", 1), ("document", 1), ("version", 1), ("position", 1)])],
    "claims": [IndexModel([("at", 1)], expireAfterSeconds=KEEP_CLAIMS_DAYS * DAY)],
    "days": [IndexModel([("company", 1), ("zone", 1), ("day", 1)])],
    "gaps": [IndexModel([("company", 1), ("at", -1)])],
    # Not by company, on purpose: two companies can't have the same workspace.
    "installations": [
        IndexModel([("workspace", 1)], unique=True, partialFilterExpression={"here": True}),
    ],
    "spent": [IndexModel([("until", 1)], expireAfterSeconds=0)],
}


async def create(db: Db) -> None:
    """Make what is missing; what is there stays."""
    async with translated():
        for name, models in INDEXES.items():
            await db[name].create_indexes(models)
