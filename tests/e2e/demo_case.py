"""The whole product against the stand-ins, and people who act in it and see what they see.

One product serves all tests of a worker (the fixture ``scene``): every test brings its own customers.
"""

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desk.firm import Firm
from sandbox.discord import DiscordStand
from sandbox.gemini import GeminiStand
from sandbox.server import Sandbox
from sandbox.slack import SlackStand
from sandbox.stand import Bubble, Stand, until
from sandbox.telegram import TelegramStand
from settings import Company, Settings
from store.client import Client, connect, database
from store.scoped import Db, Row
from wiring.app import App, build
from wiring.company import Branch
from wiring.demo import HANDBOOK, SECRET, TELEGRAM_TOKEN, Stands, demo_settings

SECOND_TOKEN = "700002:sandbox"
TELEGRAM_ADMIN = "Tara"
GUESTS = [f"Guest{number}" for number in range(12)]
DISCORD_ADMIN = "Ada"
QUESTION = "How much is a 5 kg parcel to zone 3?"
_NUMBERS = itertools.count(1)

Adapt = Callable[[Settings], Settings]


def unchanged(settings: Settings) -> Settings:
    return settings


def capacities(number: int) -> Adapt:
    """Every agent may have this many open tickets."""

    def adapt(settings: Settings) -> Settings:
        return with_companies(
            settings, *(one.model_copy(update={"capacity": number}) for one in settings.companies)
        )

    return adapt


def with_companies(settings: Settings, *companies: Company) -> Settings:
    return settings.model_copy(update={"companies": companies})


@dataclass(slots=True, kw_only=True)
class Scene:
    """A running product with its stand-ins, on a database of its own."""

    folder: Path
    mongo_uri: str
    adapt: Adapt = unchanged
    stands: Stands = field(init=False)
    sandbox: Sandbox = field(init=False)
    app: App = field(init=False)
    client: Client = field(init=False)
    db: Db = field(init=False)

    async def start(self) -> None:
        bots = {TELEGRAM_TOKEN: "parcelo_bot", SECOND_TOKEN: "other_bot"}
        self.stands = Stands(
            telegram=TelegramStand(bots=bots, people=[*GUESTS, TELEGRAM_ADMIN]),
            discord=DiscordStand(),
            slack=SlackStand(),
            gemini=GeminiStand(key=SECRET),
        )
        self.sandbox = Sandbox(stands=self.stands.all(), page=False)
        await self.sandbox.start()
        name = f"desk_{self.folder.name}_{id(self)}"
        self.client = connect(self.mongo_uri)
        self.db = database(self.client, name)
        await self._open()
        data = await asyncio.to_thread(HANDBOOK.read_bytes)
        await self.branch.books.ingest(HANDBOOK.name, data)
        await self.app.start(serve=False)
        await self._connected()

    async def _connected(self) -> None:
        """Discord keeps nothing for a client that was never there, so wait for it."""
        slack, discord = self.stands.slack.sockets, self.stands.discord.gateway
        await until(lambda: slack.sessions and any(one.socket for one in discord.sessions.values()))

    async def _open(self) -> None:
        made = demo_settings(
            self.stands, self.sandbox, data_dir=self.folder, mode="connect", llm="extractive"
        )
        admin = self.stands.discord.world.person(DISCORD_ADMIN).id
        secrets = {"MONGODB_URI": self.mongo_uri, "SECOND_TOKEN": SECOND_TOKEN, "DISCORD_ADMINS": admin}
        secrets["TELEGRAM_ADMINS"] = str(self.stands.telegram.world.person(TELEGRAM_ADMIN).id)
        environment = {**made.environment, **secrets}
        mongodb = made.mongodb.model_copy(update={"database": self.db.name})
        self.app = build(self.adapt(made.model_copy(update={"environment": environment, "mongodb": mongodb})))
        await self.app.open()
        for branch in self.app.branches.values():
            for channel in branch.connections.channels.values():
                # The stand-ins bear any pace, and the pace has its own tests.
                channel.limits = replace(channel.limits, per_second=0)

    async def restart(self) -> None:
        """The process ends and another one starts on the same data."""
        await self.app.close()
        await self._open()
        await self.app.start(serve=False)
        await self._connected()

    async def stop(self) -> None:
        await self.app.close()
        await self.sandbox.stop()
        await self.client.drop_database(self.db.name)
        await self.client.close()

    @property
    def branch(self) -> Branch:
        return self.app.branch()

    # -- people ----------------------------------------------------------------------------------

    def customer(self) -> "Customer":
        """Somebody new in Discord."""
        name = f"Dana{next(_NUMBERS)}"
        channel = self.stands.discord.dm(name)
        return Customer(
            scene=self, stand=self.stands.discord, pane=f"dm:{name}", name=name, channel=channel.id
        )

    def telegram_customer(self, bot: str = "parcelo_bot", name: str = "") -> "Customer":
        """Somebody new in Telegram."""
        name = name or self.stands.telegram.world.welcome(f"Tilda{next(_NUMBERS)}").name
        pane = self.stands.telegram.pane(name, bot)
        channel = pane.rpartition("/")[2]
        return Customer(scene=self, stand=self.stands.telegram, pane=pane, name=name, channel=channel)

    @property
    def agents(self) -> list[str]:
        return [person.name for person in self.stands.slack.people]

    # -- what is kept ----------------------------------------------------------------------------

    async def rows(self, name: str, where: Mapping[str, Any]) -> list[Row]:
        return await self.db[name].find(where).to_list(None)

    async def settled(self) -> None:
        """Wait until everything accepted is handled and everything due is delivered."""

        async def idle() -> bool:
            due = {"state": "pending", "due_at": {"$lte": datetime.now(UTC)}}
            inbox, outbox = self.db["inbox"], self.db["outbox"]
            return not await inbox.find_one({"state": "pending"}) and not await outbox.find_one(due)

        await until(idle)


def seen(bubbles: list[Bubble], *, has: str, mine: bool | None = None) -> Bubble | None:
    """The last bubble with these words."""
    found = [one for one in bubbles if has in one.text and mine in (None, one.mine) and not one.deleted]
    return found[-1] if found else None


@dataclass(slots=True, kw_only=True)
class Customer:
    """A customer in a pane of a platform."""

    scene: Scene
    stand: Stand
    pane: str
    name: str
    channel: str

    @property
    def bubbles(self) -> list[Bubble]:
        return next(pane for pane in self.stand.panes() if pane.id == self.pane).bubbles

    @property
    def received(self) -> list[str]:
        """The texts that others wrote, oldest first."""
        return [one.text for one in self.bubbles if not one.mine and not one.deleted]

    async def act(self, action: str, **arguments: Any) -> str:
        done = await self.stand.act(self.pane, self.name, action, **arguments)
        return str(done.get("bubble", ""))

    async def say(self, text: str) -> str:
        return await self.act("say", text=text)

    async def sees(self, words: str, *, after: int = 0) -> Bubble:
        """Wait for words in a bubble of somebody else's."""
        return await _wait(lambda: seen(self.bubbles[after:], has=words, mine=False), words, self.received)

    async def press(self, label: str, *, on: str = "") -> Bubble:
        """Press a button of the last bubble that has it (and these words)."""

        def carrying() -> tuple[Bubble, str] | None:
            for bubble in reversed(self.bubbles):
                for id, words in bubble.buttons:
                    if label in words and on in bubble.text:
                        return bubble, id
            return None

        bubble, id = await _wait(carrying, label, self.received)
        await self.act("press", bubble=bubble.id, button=id)
        return bubble

    # -- the agents' side ------------------------------------------------------------------------

    @property
    def cards(self) -> list[Bubble]:
        """This customer's cards among the agents."""
        slack = self.scene.stands.slack
        room = next(pane for pane in slack.panes() if pane.id == slack.channel)
        return [one for one in room.bubbles if re.search(rf" · {self.name}\b", one.text)]

    async def card(self, has: str = "") -> Bubble:
        """Wait for the newest card, saying this."""
        return await _wait(
            lambda: next((one for one in reversed(self.cards) if has in one.text), None),
            f"a card with {has}",
            self.cards,
        )

    async def thread(self, words: str) -> Bubble:
        """Wait for words in the thread of one of the cards."""
        return await _wait(
            lambda: seen([reply for one in self.cards for reply in one.thread], has=words),
            f"{words} in the thread",
            self.cards,
        )

    async def marked(self, words: str) -> Bubble:
        """Wait for a mark on a message in the thread."""

        def marked() -> Bubble | None:
            replies = [reply for one in self.cards for reply in one.thread]
            return next((one for one in replies if words in one.text and one.reactions), None)

        return await _wait(marked, f"a mark on {words}", self.cards)

    async def handed_off(self) -> Bubble:
        """Ask for a person and wait until an agent has the ticket."""
        await self.say("I want to talk to a person")
        await self.sees("will answer you here")
        return await self.card("least busy")

    async def claimed(self) -> str:
        """Handed off and claimed; the agent's name."""
        await self.handed_off()
        agent = self.scene.agents[0]
        await self.agent_presses(agent, "Claim")
        await self.sees("has joined")
        await self.card("claimed by")
        return agent

    async def resolved(self) -> str:
        """Handed off, claimed and resolved, with the survey seen; the agent's name."""
        agent = await self.claimed()
        await self.agent_presses(agent, "Resolve")
        await self.sees("How did we do?")
        return agent

    async def agent_presses(self, agent: str, label: str) -> Mapping[str, Any]:
        """Press a button of the newest card, once it is there."""

        def carrying() -> tuple[str, str] | None:
            buttons = self.cards[-1].buttons if self.cards else []
            return next(((self.cards[-1].id, id) for id, words in buttons if label in words), None)

        card, button = await _wait(carrying, f"{label} on a card", self.cards)
        return await self.agent_does(agent, "press", bubble=card, button=button)

    async def agent_writes(self, agent: str, text: str, **more: Any) -> str:
        card = await self.card()
        done = await self.agent_does(agent, "say", text=text, thread=card.id, **more)
        return str(done["bubble"])

    async def agent_does(self, agent: str, action: str, **arguments: Any) -> Mapping[str, Any]:
        slack = self.scene.stands.slack
        return await slack.act(slack.channel, agent, action, **arguments)

    # -- what is kept ----------------------------------------------------------------------------

    async def conversations(self) -> list[Row]:
        return await self.scene.rows("conversations", {"address.channel": self.channel})

    async def tickets(self) -> list[Row]:
        return await self.scene.rows("tickets", {"customer_name": self.name})

    async def surveys(self) -> list[Row]:
        lanes = [one["lane"] for one in await self.conversations()]
        return await self.scene.rows("feedback", {"lane": {"$in": lanes}})


async def _wait(condition: Callable[[], Any | Awaitable[Any]], what: str, shown: object) -> Any:
    try:
        return await until(condition)
    except TimeoutError:
        raise AssertionError(f"Not seen: {what}. There was: {shown}") from None


def second_company(settings: Settings) -> Settings:
    """Another company, which has a Telegram bot of its own and nothing else."""
    first = settings.companies[0]
    bot = first.telegram[0].model_copy(update={"bot": "telegram-two", "token_env": "SECOND_TOKEN"})
    other = Company(id="other", name="Other", telegram=(bot,))
    return with_companies(settings, first, other)


def firm_with(branch: Branch, **values: Any) -> Firm:
    """The desk's company with something changed, to be put in place by monkeypatch."""
    return replace(branch.firm, **values)
