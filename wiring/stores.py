"""The repositories of one company."""

import os
import socket
import uuid
from dataclasses import dataclass

from domain.ids import CompanyId
from store.agents import MongoAgents
from store.assignment import MongoAssignment
from store.blobs import MongoBlobs
from store.experiences import MongoExperiences
from store.inbox import MongoInbox
from store.leases import MongoLeases
from store.links import MongoLinks
from store.log import MongoLog
from store.outbox import MongoOutbox
from store.records import MongoRecords
from store.scoped import Db
from wiring.clock import now


@dataclass(slots=True, kw_only=True)
class Stores:
    """The repositories of one company."""

    log: MongoLog
    agents: MongoAgents
    leases: MongoLeases
    outbox: MongoOutbox
    inbox: MongoInbox
    records: MongoRecords
    assignment: MongoAssignment
    blobs: MongoBlobs
    experiences: MongoExperiences
    links: MongoLinks


def stores(db: Db, company: CompanyId, *, lease_seconds: float) -> Stores:
    """The repositories of one company."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    log = MongoLog(db=db, company=company)
    agents = MongoAgents(db=db, company=company)
    leases = MongoLeases(db=db, company=company, owner=owner, seconds=lease_seconds)
    outbox = MongoOutbox(db=db, company=company, log=log)
    links = MongoLinks(db=db, company=company, clock=now)
    return Stores(
        log=log,
        agents=agents,
        leases=leases,
        outbox=outbox,
        inbox=MongoInbox(db=db, company=company),
        records=MongoRecords(
            db=db, company=company, leases=leases, outbox=outbox, agents=agents, log=log, links=links
        ),
        links=links,
        assignment=MongoAssignment(db=db, company=company, agents=agents, outbox=outbox, log=log),
        blobs=MongoBlobs(db=db, company=company),
        experiences=MongoExperiences(db=db, company=company, log=log, outbox=outbox),
    )
