"""Panes with something in them, and a stand-in that only remembers what a person did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.stand import Blank, Bubble, Pane, Recorded, Sheet

AT = 1_793_000_000.0


@dataclass
class QuietStand:
    """Shows the panes it is given; a text said appears as a bubble."""

    name: str
    shown: list[Pane]
    requests: list[Recorded] = field(default_factory=list)
    done: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)

    def app(self) -> web.Application:
        return web.Application()

    def panes(self) -> list[Pane]:
        return self.shown

    async def act(self, pane: str, person: str, action: str, **arguments: Any) -> Mapping[str, Any]:
        if "broken" in (arguments.get("button"), arguments.get("text")):
            raise ValueError("That does not work now.")
        self.done.append((pane, person, action, arguments))
        place = next(one for one in self.shown if one.id == pane)
        if action == "say" and not arguments.get("thread"):
            bubble = Bubble(id=f"new-{len(self.done)}", author=person, text=arguments["text"], mine=True)
            place.bubbles.append(bubble)
        if action in {"submit", "cancel"}:
            place.forms.clear()
        return {}


def bubble(ident: str, author: str, text: str, minute: float = 0, **more: Any) -> Bubble:
    return Bubble(id=ident, author=author, text=text, at=AT + 60 * minute, **more)


def telegram() -> QuietStand:
    human = ("human", "Talk to a human")
    rows = [
        bubble("1", "Mia", "Hi! How much is express delivery to France?", mine=True),
        bubble(
            "2",
            "Parcelo",
            "Express delivery to France costs €24.90 up to 2 kg and arrives the next working day.\n\n"
            "Sources\n• Handbook › Prices › Express, p. 6",
            buttons=[("up", "👍"), ("down", "👎"), human],
        ),
        bubble("3", "Mia", "My parcel is 9 days late. This is a joke!!", 1, mine=True),
        bubble(
            "4",
            "Parcelo",
            "I'm sorry, that is not okay. I'm bringing in a colleague; you'll hear from a person here, "
            "usually within 5 minutes.",
            1,
        ),
        bubble("5", "Ana", "Hi Mia, Ana here. I can see your parcel in Lyon. It leaves tonight.", 3),
        bubble("6", "Mia", "Thank you, Ana 🙏", 4, mine=True, old=["Thank you Anna"]),
        bubble(
            "7",
            "Parcelo",
            "How did we do?",
            6,
            buttons=[(str(n), "⭐" * n if n < 4 else f"{n} ⭐") for n in (1, 2, 3, 4, 5)],
        ),
    ]
    commands = [("/human", "Talk to a person"), ("/help", "What I can do"), ("/language", "Change language")]
    return QuietStand(
        "telegram",
        [Pane(id="t1", title="Mia · @parcelo_bot", people=["Mia"], bubbles=rows, commands=commands)],
    )


def discord() -> QuietStand:
    rows = [
        bubble("1", "Jonas", "Wie lange dauert der Versand nach Österreich?", mine=True),
        bubble(
            "2",
            "Parcelo",
            "Standardpakete nach Österreich brauchen **2-3 Werktage**.\n-# Handbook › Delivery, p. 4",
            buttons=[("human", "Mit einem Menschen sprechen"), ("up", "👍")],
        ),
        bubble("3", "Jonas", "Darf ich Parfum schicken?", 2, mine=True),
        bubble(
            "4",
            "Parcelo",
            "Nur national und bis **1 Liter**, gut verpackt. International ist Parfum ausgeschlossen.\n"
            "-# Handbook › What we don't carry, p. 11",
            2,
            buttons=[("human", "Mit einem Menschen sprechen"), ("up", "👍")],
        ),
    ]
    commands = [("/ask", "Ask a question"), ("/human", "Talk to a person"), ("/status", "My ticket")]
    return QuietStand(
        "discord",
        [
            Pane(
                id="d1",
                title="Jonas with Parcelo",
                people=["Jonas"],
                bubbles=rows,
                commands=commands,
                typing=True,
            )
        ],
    )


def slack() -> QuietStand:
    card = bubble(
        "1",
        "Deskmate",
        ":ticket: *PAR-1042* · Mia · Telegram · English\n"
        ':angry: *Anger 91 %* "This is a joke!!"\n'
        "Parcel 9 days late, wants to know where it is.\n"
        "_Assigned to <@U1|Ana>: 1 open ticket, fewest of 3 online_\n"
        "> Handbook › Late parcels, p. 8 · Compensation, p. 9",
        1,
        buttons=[("claim", "Claim"), ("transfer", "Transfer"), ("snooze", "Snooze"), ("resolve", "Resolve")],
        thread=[
            bubble("1.1", "Mia", "My parcel is 9 days late. This is a joke!!", 1),
            bubble("1.2", "Ana", "note: depot Lyon says it was mis-sorted", 2, reactions=["lock"]),
            bubble(
                "1.3",
                "Ana",
                "Hi Mia, Ana here. I can see your parcel in Lyon. It leaves tonight.",
                3,
                reactions=["white_check_mark"],
            ),
            bubble("1.4", "Mia", "Thank you, Ana 🙏", 4),
        ],
    )
    rows = [
        bubble("0", "Ben", "Morning! Depot Lyon reports delays today.", -3),
        card,
        bubble(
            "2",
            "Deskmate",
            ":white_check_mark: Ana resolved *PAR-1042* after 5 min. Mia's rating: 5 of 5.",
            7,
        ),
    ]
    commands = [
        ("/report", "Numbers of a period"),
        ("/upload", "Add a document"),
        ("/available", "Take tickets"),
    ]
    channel = Pane(id="c1", title="#support", people=["Ana", "Ben", "Chris"], bubbles=rows, commands=commands)
    home = Pane(
        id="home:ana",
        title="Ana: Home",
        people=["Ana"],
        bubbles=[bubble("h", "Deskmate", "*My tickets*\nNone open.")],
    )
    return QuietStand("slack", [channel, home])


def form() -> Sheet:
    return Sheet(
        id="f1",
        title="Report",
        submit="Show",
        person="Ana",
        blanks=[
            Blank(name="kind", label="Kind", kind="select", options=[("csat", "CSAT"), ("speed", "Speed")]),
            Blank(name="note", label="Note", required=False),
        ],
    )


def turns() -> list[dict[str, Any]]:
    return [
        {
            "id": "b2",
            "at": AT + 60,
            "platform": "telegram",
            "question": "My parcel is 9 days late. This is a joke!!",
            "language": "en",
            "emotion": {
                "label": "anger",
                "scores": {
                    "anger": 0.91,
                    "sadness": 0.04,
                    "neutral": 0.02,
                    "disgust": 0.01,
                    "joy": 0.01,
                    "surprise": 0.01,
                    "fear": 0.0,
                },
                "evidence": ["late", "a joke!!"],
            },
            "action": "handoff",
            "reason": "angry",
            "refused": False,
            "quoted": False,
            "passages": [
                {
                    "title": "Parcelo handbook",
                    "heading": "Late parcels",
                    "page": 8,
                    "relevance": 0.86,
                    "text": "A parcel is late five working days after the date shown.",
                },
                {
                    "title": "Parcelo handbook",
                    "heading": "Compensation for delay",
                    "page": 9,
                    "relevance": 0.79,
                    "text": "We pay back the price of delivery.",
                },
            ],
            "timings": {"language": 0.4, "emotion": 5.1, "retrieval": 7.9, "model": 640.0, "total": 655.2},
            "usage": {"prompt_tokens": 1180, "answer_tokens": 92},
        },
        {
            "id": "b1",
            "at": AT,
            "platform": "discord",
            "question": "Darf ich Parfum schicken?",
            "language": "de",
            "emotion": {
                "label": "neutral",
                "scores": {
                    "neutral": 0.93,
                    "joy": 0.02,
                    "surprise": 0.02,
                    "fear": 0.01,
                    "anger": 0.01,
                    "sadness": 0.01,
                    "disgust": 0.0,
                },
                "evidence": [],
            },
            "action": "reply",
            "reason": None,
            "refused": False,
            "quoted": True,
            "passages": [
                {
                    "title": "Parcelo handbook",
                    "heading": "What we don't carry",
                    "page": 11,
                    "relevance": 0.9,
                    "text": "Perfume: national only, up to one litre.",
                },
                {
                    "title": "Parcelo handbook",
                    "heading": "Packing",
                    "page": 10,
                    "relevance": 0.61,
                    "text": "Pack well.",
                },
            ],
            "timings": {"language": 0.5, "emotion": 4.6, "retrieval": 8.4, "model": 1.2, "total": 14.9},
            "usage": {},
        },
    ]
