"""A whole story played by people, through the platforms alone: what each of them does and must see.

It knows the stand-ins and nothing of the product: whatever answers at their addresses is judged by what
arrives in the panes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession

from sandbox.eyes import SECONDS, Eyes, Look, NotSeen, Seen, marked, newest, pictures, press_id
from sandbox.stand import Bubble, Stand, until

PATIENCE = 15.0
"""How long people wait before they write or press once more."""
QUESTION = "How much is a 5 kg parcel to zone 3?"
OTHER_QUESTION = "What does a signature on delivery cost?"
ANGRY = "This is ridiculous! My parcel is three weeks late and I am furious. Get me a human being, now!"
REPLY = "I am so sorry about this. I found your parcel in Venlo, it will be with you tomorrow before noon."
NOTE = "note: customer has every right to be angry, refund the shipping"
FOLLOW_UP = "Thank you. Will the driver call before coming?"
ANSWER = "Yes, about thirty minutes before."
BEES = "live_bees.md"
BEES_TEXT = b"# Live bees\n\nA crate of live bees costs 19.80 euros and travels in a ventilated van.\n"
BEES_QUESTION = "What does a crate of live bees cost?"
COMMENT = "Great help in the end"
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(slots=True)
class Places:
    """Where the people of the story are. ``agents``: in the order in which they exist."""

    customer: str
    customer_pane: str
    other: str
    other_pane: str
    channel: str
    agents: Sequence[str]
    admin: str


@dataclass(slots=True)
class Story:
    """The people's script. ``tell`` is called with each step once it has been seen.

    ``digest`` makes the service post its digest now (None: nobody waits for one); ``slack_files`` is what
    the addresses of files in Slack's panes are under.
    """

    telegram: Stand
    discord: Stand
    slack: Stand
    places: Places
    tell: Callable[[Seen], None] = lambda seen: None
    digest: Callable[[], Awaitable[None]] | None = None
    slack_files: str = ""
    steps: list[Seen] = field(default_factory=list)
    first_card: str = ""
    card: str = ""
    agent: str = ""
    late: str = ""

    async def play(self) -> bool:
        """Play to the end; false as soon as a step did not happen."""
        for title, step in self._script():
            try:
                seen = await step()
            except NotSeen as problem:
                self._add(Seen(title, "", str(problem), ok=False))
                return False
            seen.title = title
            self._add(seen)
        return True

    def _add(self, seen: Seen) -> None:
        self.steps.append(seen)
        self.tell(seen)

    def _script(self) -> list[tuple[str, Callable[[], Awaitable[Seen]]]]:
        last = [("The digest arrives with a picture", self.digested)] if self.digest else []
        return [
            ("A question in Telegram is answered from the PDF, with its source", self.ask),
            ("A question in Discord is answered too", self.ask_elsewhere),
            ("The Discord customer asks for a person and gets a ticket", self.first_handoff),
            ("An angry follow-up is handed to a human", self.angry),
            ("The ticket goes to the least busy of three agents", self.assigned),
            ("Two agents press Claim at once: one has it, the customer is told who", self.claim),
            ("The other one learns who was first", self.late_claim),
            ("The agent's reply reaches the customer, with a receipt", self.reply),
            ("An internal note stays internal", self.note),
            ("The customer's answer reaches the thread", self.answer),
            ("The conversation goes on", self.second_reply),
            ("The agent resolves it and the customer is asked how it was", self.resolve),
            ("The customer gives five stars", self.rate),
            ("... and a comment, which the agents see", self.comment),
            ("The admin's report shows the rating", self.report),
            ("An uploaded document is shown before it answers anybody", self.upload),
            ("Published by a press, it answers", self.publish),
            *last,
        ]

    async def _persist(
        self,
        act: Callable[[], Awaitable[None]],
        stand: Stand,
        pane: str,
        wanted: Look,
        what: str,
        *,
        again: bool,
    ) -> Bubble:
        """Do something and wait for what follows; people do it again when nothing happens for long."""
        await act()
        if again:
            try:
                return await Eyes(stand).see(pane, what, wanted, seconds=PATIENCE)
            except NotSeen:
                await act()
        return await Eyes(stand).see(pane, what, wanted)

    async def _in_slack(self, agent: str, action: str, **arguments: Any) -> None:
        """A press or a command; Slack says at once when the app did not take it, and people try again."""

        async def taken() -> bool:
            answer = await self.slack.act(self.places.channel, agent, action, **arguments)
            return bool(answer.get("ok", True))

        await until(taken, seconds=SECONDS)

    # -- the bot ---------------------------------------------------------------------------------

    async def ask(self) -> Seen:
        """Telegram, answered with a page."""
        return await self._asked(self.telegram, self.places.customer, self.places.customer_pane, QUESTION)

    async def ask_elsewhere(self) -> Seen:
        """Discord, answered with a page."""
        return await self._asked(self.discord, self.places.other, self.places.other_pane, OTHER_QUESTION)

    async def _asked(
        self, stand: Stand, person: str, pane: str, question: str, *, source: str = "p. "
    ) -> Seen:
        before = len(Eyes(stand).pane(pane).bubbles)
        wanted = newest(has="[1]", after=before)

        async def say() -> None:
            await stand.act(pane, person, "say", text=question)

        # Discord tells a bot nothing of the first message that it missed: people write again.
        again = stand is self.discord
        bubble = await self._persist(say, stand, pane, wanted, "An answer with its source", again=again)
        if source not in bubble.text:
            raise NotSeen(f"The answer does not name {source}: {bubble.text}")
        return Seen("", person, bubble.text)

    async def first_handoff(self) -> Seen:
        """The button brings a ticket, assigned to somebody."""
        place = self.places
        answer = newest(button="person")(Eyes(self.discord).pane(place.other_pane).bubbles)
        if answer is None:
            raise NotSeen("No message offers a person")
        pressed, button = answer.id, press_id(answer, "person")

        async def press() -> None:
            await self.discord.act(place.other_pane, place.other, "press", bubble=pressed, button=button)

        told = newest(has="our team")
        await self._persist(press, self.discord, place.other_pane, told, "Word of a person", again=True)
        card = await Eyes(self.slack).see(
            place.channel, "An assigned ticket", newest(has="assigned (least busy) to", button="Claim")
        )
        self.first_card = card.id
        return Seen("", self._assignee(card), card.text)

    async def angry(self) -> Seen:
        """Fury ends with a human, and the customer is told so."""
        place = self.places
        before = len(Eyes(self.telegram).pane(place.customer_pane).bubbles)
        await self.telegram.act(place.customer_pane, place.customer, "say", text=ANGRY)
        told = await Eyes(self.telegram).see(
            place.customer_pane, "Word that a person takes over", newest(has="our team", after=before)
        )
        return Seen("", place.customer, told.text)

    async def assigned(self) -> Seen:
        """The second ticket goes to somebody who has none."""

        def other_card(bubbles: Sequence[Bubble]) -> Bubble | None:
            cards = [one for one in bubbles if "least busy" in one.text and one.id != self.first_card]
            return cards[-1] if cards else None

        card = await Eyes(self.slack).see(self.places.channel, "The second ticket", other_card)
        busy = self._assignee(await self._card(self.first_card))
        self.card, self.agent = card.id, self._assignee(card)
        if self.agent == busy:
            raise NotSeen(f"{busy} got both tickets")
        return Seen("", self.agent, card.text)

    def _assignee(self, card: Bubble) -> str:
        for agent in self.places.agents:
            if f"to {agent}" in card.text:
                return agent
        raise NotSeen(f"Nobody has the ticket: {card.text}")

    async def _card(self, id: str, has: str = "") -> Bubble:
        def look(bubbles: Sequence[Bubble]) -> Bubble | None:
            return next((one for one in bubbles if one.id == id and has in one.text), None)

        return await Eyes(self.slack).see(self.places.channel, f"The card with “{has}”", look)

    # -- the agents ------------------------------------------------------------------------------

    async def _press(self, agent: str, label: str) -> None:
        card = await self._card(self.card)
        await self._in_slack(agent, "press", bubble=card.id, button=press_id(card, label))

    async def _write(self, agent: str, text: str) -> None:
        await self.slack.act(self.places.channel, agent, "say", text=text, thread=self.card)

    async def _thread(self, what: str, wanted: Callable[[Bubble], bool]) -> Bubble:
        def look(bubbles: Sequence[Bubble]) -> Bubble | None:
            card = next(one for one in bubbles if one.id == self.card)
            return next((one for one in reversed(card.thread) if wanted(one)), None)

        return await Eyes(self.slack).see(self.places.channel, what, look)

    async def claim(self) -> Seen:
        """Two agents press at the same moment: one gets it, and the customer is told who."""
        place = self.places
        rival = next(agent for agent in place.agents if agent != self.agent)
        card = await self._card(self.card)
        button = press_id(card, "Claim")
        await asyncio.gather(
            *(self._in_slack(agent, "press", bubble=card.id, button=button) for agent in (self.agent, rival))
        )
        claimed = await self._card(self.card, "claimed by")
        pair = (self.agent, rival)
        self.agent = next(agent for agent in pair if f"claimed by {agent}" in claimed.text)
        self.late = next(agent for agent in pair if agent != self.agent)
        joined = newest(has=f"{self.agent.split()[0]} has joined")
        told = await Eyes(self.telegram).see(place.customer_pane, "Who joined", joined)
        return Seen("", place.customer, told.text)

    async def late_claim(self) -> Seen:
        """The other one learns who was first."""
        told = await self._thread_or_channel(f"already claimed by {self.agent}")
        return Seen("", self.late, told.text)

    async def _thread_or_channel(self, words: str) -> Bubble:
        def look(bubbles: Sequence[Bubble]) -> Bubble | None:
            inside = [reply for one in bubbles for reply in one.thread]
            return next((one for one in (*bubbles, *inside) if words in one.text), None)

        return await Eyes(self.slack).see(self.places.channel, f"“{words}”", look)

    async def reply(self) -> Seen:
        """What the agent writes in the thread arrives, and the agent sees that it did."""
        return await self._replied(REPLY)

    async def second_reply(self) -> Seen:
        """And again."""
        return await self._replied(ANSWER)

    async def _replied(self, text: str) -> Seen:
        await self._write(self.agent, text)
        told = await Eyes(self.telegram).see(self.places.customer_pane, "The reply", newest(has=text))
        await self._thread("A receipt on the reply", marked(text))
        return Seen("", self.places.customer, told.text)

    async def note(self) -> Seen:
        """It is marked as seen, and the customer never sees it."""
        await self._write(self.agent, NOTE)
        noted = await self._thread("A mark on the note", marked(NOTE))
        self._customer_saw_no_note()
        return Seen("", self.agent, f"{noted.text} {' '.join(noted.reactions)}")

    def _customer_saw_no_note(self) -> None:
        words = NOTE.removeprefix("note: ")
        if any(words in one.text for one in Eyes(self.telegram).pane(self.places.customer_pane).bubbles):
            raise NotSeen("The customer saw an internal note")

    async def answer(self) -> Seen:
        """The customer writes back; the bot stays silent."""
        place = self.places
        before = len(Eyes(self.telegram).pane(place.customer_pane).bubbles)
        await self.telegram.act(place.customer_pane, place.customer, "say", text=FOLLOW_UP)
        seen = await self._thread("The customer's answer", lambda one: FOLLOW_UP in one.text)
        since = Eyes(self.telegram).pane(place.customer_pane).bubbles[before:]
        if any(not bubble.mine for bubble in since):
            raise NotSeen("The bot answered although a human has the conversation")
        return Seen("", self.agent, seen.text)

    async def resolve(self) -> Seen:
        """Solved, and one survey."""
        await self._press(self.agent, "Resolve")
        await self._card(self.card, f"solved by {self.agent}")
        survey = newest(button="5")
        asked = await Eyes(self.telegram).see(self.places.customer_pane, "A survey", survey)
        self._customer_saw_no_note()
        return Seen("", self.places.customer, asked.text)

    # -- the customer's word ---------------------------------------------------------------------

    async def rate(self) -> Seen:
        """Five stars; the message says so."""
        await self._customer_presses("5")
        words = newest(has="⭐⭐⭐⭐⭐")
        seen = await Eyes(self.telegram).see(self.places.customer_pane, "The rating", words)
        await self._thread("The rating in the thread", lambda one: "5 of 5" in one.text)
        return Seen("", self.places.customer, seen.text)

    async def _customer_presses(self, label: str) -> None:
        place = self.places
        bubble = await Eyes(self.telegram).see(place.customer_pane, f"A button {label}", newest(button=label))
        await self.telegram.act(
            place.customer_pane, place.customer, "press", bubble=bubble.id, button=press_id(bubble, label)
        )

    async def comment(self) -> Seen:
        """Why."""
        place = self.places
        await self._customer_presses("Yes")
        asked = newest(has="comment now")
        await Eyes(self.telegram).see(place.customer_pane, "The question for a comment", asked)
        await self.telegram.act(place.customer_pane, place.customer, "say", text=COMMENT)
        seen = await self._thread("The comment", lambda one: COMMENT in one.text)
        return Seen("", self.agent, seen.text)

    async def report(self) -> Seen:
        """The numbers of the story."""
        place = self.places
        await self._in_slack(place.admin, "command", name="/report", text="all today")
        seen = await self._thread_or_channel("CSAT")
        if "100" not in seen.text:
            raise NotSeen(f"The report does not show the rating: {seen.text}")
        return Seen("", place.admin, seen.text)

    async def upload(self) -> Seen:
        """The admin sees what is new and which gaps it would close, and has the choice."""
        place = self.places
        await self._in_slack(place.admin, "command", name="/upload", files=[(BEES, BEES_TEXT)])
        draft = newest(has=BEES, button="Publish")
        seen = await Eyes(self.slack).see(place.channel, "What the document would change", draft)
        return Seen("", place.admin, seen.text)

    async def publish(self) -> Seen:
        """A customer gets the new answer."""
        place = self.places
        draft = newest(has=BEES, button="Publish")(Eyes(self.slack).pane(place.channel).bubbles)
        if draft is None:
            raise NotSeen("The choice is gone")
        await self._in_slack(place.admin, "press", bubble=draft.id, button=press_id(draft, "Publish"))
        told = newest(has=f"{BEES} is in service")
        await Eyes(self.slack).see(place.channel, "Word that it is in service", told)
        return await self._asked(
            self.telegram, place.customer, place.customer_pane, BEES_QUESTION, source="Live bees"
        )

    async def digested(self) -> Seen:
        """What the whole channel reads in the morning, with a picture that is one."""
        place = self.places
        before = len(Eyes(self.slack).pane(place.channel).bubbles)
        if self.digest:
            await self.digest()
        seen = await Eyes(self.slack).see(
            place.channel,
            "A digest with a picture",
            lambda bubbles: next(filter(pictures, bubbles[before:]), None),
        )
        for name, address in pictures(seen):
            async with ClientSession() as http, http.get(self.slack_files + address) as answer:
                if not (await answer.read()).startswith(PNG):
                    raise NotSeen(f"{name} is no picture")
        names = ", ".join(name for name, _ in seen.files)
        return Seen("", place.admin, f"{seen.text} [{names}]")
