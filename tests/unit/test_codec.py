"""What is stored comes back as it was."""

from datetime import UTC, datetime

import bson
from bson.codec_options import CodecOptions

from domain import content as c
from domain.emotion import Emotion, Feeling
from domain.ids import Address, BotId, CompanyId, Identity, MessageRef, PassageId, Platform
from domain.inbound import Actor, ButtonPressed, CommandReceived, MessageReceived
from domain.log import Entry, Kind
from store import codec

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
PLACE = Address(platform=Platform.TELEGRAM, bot=BotId("t"), workspace="w", channel="c")
WHO = Actor(identity=Identity(platform=Platform.TELEGRAM, workspace="w", user="u"), name="Zoë")
EVERYTHING = c.Content(
    (
        c.Paragraph((c.Span("hi", c.Style.BOLD), c.Span("there", url="https://a.example"))),
        c.Heading((c.Span("h"),)),
        c.Bullets((c.Item((c.Span("x"),), 1),), ordered=True),
        c.Code("a = 1", "python"),
        c.Quote((c.Span("q"),)),
        c.Buttons((c.Button("rate", "5", "x:5", c.ButtonStyle.PRIMARY),)),
        c.File("blob", "n.pdf", "application/pdf", 3),
        c.Sources((c.Source(PassageId("p"), "t", "s", 4),)),
    )
)


def through_bson(row: dict) -> dict:
    return bson.decode(bson.encode(row), CodecOptions(tz_aware=True))


def test_every_kind_of_block_comes_back() -> None:
    assert codec.load(c.Content, through_bson(codec.dump(EVERYTHING))) == EVERYTHING


def test_events_come_back_as_the_kind_they_were() -> None:
    ref = MessageRef(address=PLACE, id="1")
    base = {"source": "s", "at": AT, "actor": WHO, "address": PLACE}
    for event in (
        MessageReceived(**base, ref=ref, text="x", content=EVERYTHING),
        ButtonPressed(**base, ref=ref, action="claim", value="v"),
        CommandReceived(**base, name="ask", text="why?", options={"a": "b"}),
    ):
        assert codec.load_event(through_bson(codec.dump_event(event))) == event


def test_log_entries_and_emotions_come_back() -> None:
    entry = Entry(id="1", company=CompanyId("c"), at=AT, kind=Kind.RATED, data={"rating": 5, "x": None})
    assert codec.load(Entry, through_bson(codec.dump(entry))) == entry
    emotion = Emotion(label=Feeling.ANGER, scores={Feeling.ANGER: 0.9, Feeling.JOY: 0.1}, evidence=("no",))
    assert codec.load(Emotion, through_bson(codec.dump(emotion))) == emotion
