"""The application: built from settings, started, stopped."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from brain.knowledge.index import Chroma
from brain.ports import Responder
from desk.queue import Wakeups
from domain.errors import Unavailable
from domain.ids import CompanyId
from settings import Company, Settings
from store import indexes
from store.client import Client, connect, database
from store.local import LocalMongod
from store.scoped import Db
from web.server import Server, application
from wiring import channels, knowledge, slack
from wiring.company import Branch, open_branch
from wiring.models import Models
from wiring.parts import Parts, brain
from wiring.stores import stores

log = structlog.get_logger()


@dataclass(slots=True)
class Opened:
    """What `App.open` made, in the order it has to be closed."""

    mongod: LocalMongod | None = None
    client: Client | None = None
    chroma: Chroma | None = None
    models: Models | None = None
    server: Server | None = None
    branches: dict[CompanyId, Branch] = field(default_factory=dict)


class App:
    """Everything of one process. `open` makes the parts, `start` sets them to work."""

    def __init__(self, *, settings: Settings, responder: Responder | None = None) -> None:
        self.settings = settings
        self.web_url = ""
        self._responder = responder
        self._opened = Opened()
        self._wakeups = Wakeups(url=settings.queue.url)
        self._slack_apps = slack.Apps()

    @property
    def branches(self) -> Mapping[CompanyId, Branch]:
        """The companies."""
        return self._opened.branches

    def branch(self, wanted: str = "") -> Branch:
        """One company's parts; the first for "". Raises Misconfigured."""
        return self._opened.branches[CompanyId(self.settings.company(wanted).id)]

    async def open(self) -> None:
        """Open the database, the index and the models; connect nothing, work on nothing."""
        try:
            db = await self._database()
            self._opened.chroma = await knowledge.chroma(self.settings)
            self._opened.models = Models(self.settings, responder=self._responder)
            for number, one in enumerate(self.settings.companies):
                await self._branch(one, db, first=number == 0)
        except BaseException:
            await self.close()
            raise

    async def _database(self) -> Db:
        uri = self.settings.secret(self.settings.mongodb.uri_env)
        if not uri:
            self._opened.mongod = LocalMongod(folder=self.settings.data / "mongo")
            uri = await self._opened.mongod.start()
        self._opened.client = connect(uri)
        db = database(self._opened.client, self.settings.mongodb.database)
        await indexes.create(db)
        return db

    async def _branch(self, one: Company, db: Db, *, first: bool) -> None:
        models, chroma = self._opened.models, self._opened.chroma
        if models is None or chroma is None:
            raise Unavailable("The models are not loaded.")
        id = CompanyId(one.id)
        kept = stores(db, id, lease_seconds=self.settings.app.lease_seconds)
        made = channels.connect(
            self.settings, one, db=db, blobs=kept.blobs, first=first, apps=self._slack_apps
        )
        books = knowledge.books(self.settings, one, db=db, chroma=chroma, encoder=models.encoder)
        thinking = brain(self.settings, models, books.retriever, time.monotonic)
        parts = Parts(
            settings=self.settings,
            company=one,
            db=db,
            kept=kept,
            connections=made,
            models=models,
            thinking=thinking,
            books=books,
            suggest=knowledge.suggesting(self.settings, one, models, books.retriever),
            wakeups=self._wakeups,
        )
        branch = open_branch(parts)
        await thinking.warm()
        branch.office.topics()
        self._opened.branches[id] = branch

    async def start(self, *, serve: bool = True) -> None:
        """Work: connect the channels, serve webhooks, handle what was left behind."""
        for branch in self.branches.values():
            await branch.crew.from_config()
            for missing in branch.connections.missing:
                log.warning("not_connected", company=branch.firm.id, why=missing)
        await self._wakeups.start()
        if serve:
            await self._serve()
        for branch in self.branches.values():
            await branch.office.start()
            branch.timetable.start()

    async def _serve(self) -> None:
        connections = [branch.connections for branch in self.branches.values()]
        routes = [route for one in connections for route in one.routes]
        routes += slack.pages([one.installer for one in connections if one.installer])
        web = self.settings.web
        app = application(routes=routes, health=self.health)
        self._opened.server = Server(app=app, host=web.host, port=web.port)
        self.web_url = await self._opened.server.start()

    async def health(self) -> Mapping[str, object]:
        """Whether the database answers, and how each connection is."""
        client = self._opened.client
        try:
            if client is None:
                raise Unavailable("not started")
            await client.admin.command("ping")
        except Exception:  # whatever it is: the answer is that the database does not answer
            return {"ok": False, "database": "no answer"}
        states = {
            bot: state for one in self.branches.values() for bot, state in one.office.standing().items()
        }
        return {"ok": True, "database": "ok", "channels": states}

    async def close(self) -> None:
        """Finish what is in hand, or leave it safely, and let go of everything."""
        opened = self._opened
        seconds = self.settings.app.shutdown_seconds
        for branch in opened.branches.values():
            await branch.timetable.stop(seconds)
            await branch.office.stop(seconds)
            await branch.connections.close()
        if opened.server:
            await opened.server.stop()
        if opened.branches:
            await self._wakeups.stop()
        if opened.models:
            await opened.models.close()
        if opened.chroma:
            await opened.chroma.close()
        if opened.client:
            await opened.client.close()
        if opened.mongod:
            await opened.mongod.stop()
        self._opened = Opened()


def build(settings: Settings, *, responder: Responder | None = None) -> App:
    """The application of these settings. Nothing is opened yet."""
    return App(settings=settings, responder=responder)
