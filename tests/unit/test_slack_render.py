"""Content in Slack: golden outputs, and what holds for whatever text."""

import json
import re
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.slack import forms, render
from bots.slack.mrkdwn import GAP, to_content
from bots.slack.split import length
from brain.markdown import parse
from desk.forms import STAFF
from desk.ports import Field, Form
from domain.content import (
    Bullets,
    Button,
    Buttons,
    ButtonStyle,
    Code,
    Content,
    File,
    Heading,
    Item,
    Paragraph,
    Quote,
    Source,
    Sources,
    Span,
    Style,
    plain,
    text,
)
from domain.ids import Address, BotId, Platform
from sandbox.slack_check import block_faults, view_faults

GOLDEN = Path(__file__).parents[1] / "payloads" / "slack" / "rendered"
MASS = re.compile(r"<!|<@|<#")


def said(parts: tuple[Content, ...]) -> str:
    """The words of paragraphs, put together again."""
    return "".join(span.text for part in parts for block in part.blocks for span in block.spans)


def section(words: str) -> dict:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


def test_an_answer_with_everything_looks_like_this() -> None:
    content = Content(
        (
            Heading((Span("Delivery"),)),
            Paragraph(
                (
                    Span("It takes "),
                    Span("2 days", Style.BOLD),
                    Span(", see "),
                    Span("the list", url="https://example.com/a?b=1&c=<2>|3"),
                    Span(" & "),
                    Span("x < y", Style.MONO),
                )
            ),
            Bullets((Item((Span("one"),)), Item((Span("inner"),), 1), Item((Span("two"),))), ordered=True),
            Bullets((Item((Span("dot"),)),)),
            Code("a = 1\nif a < 2:\n    pass"),
            Quote((Span("said\nso"),)),
            Sources((Source("p1", "Handbook", "Prices", 4), Source("p2", "FAQ"))),
            Buttons((Button("claim", "Claim", "T-1", ButtonStyle.PRIMARY), Button("close", "Close"))),
        )
    )
    assert render.blocks(content) == [
        section("*Delivery*"),
        section(
            "It takes *2 days*, see <https://example.com/a?b=1&amp;c=%3C2%3E%7C3|the list> &amp; `x &lt; y`"
        ),
        section("1. one\n    ◦ inner\n2. two"),
        section("• dot"),
        section("```\na = 1\nif a &lt; 2:\n    pass\n```"),
        section("> said\n> so"),
        {
            "type": "context",
            "elements": [{"type": "mrkdwn", "text": "[1] Handbook, Prices, p. 4\n[2] FAQ"}],
        },
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": {"type": "plain_text", "text": "Claim", "emoji": True},
                    "action_id": "claim",
                    "value": "T-1",
                    "style": "primary",
                },
                {
                    "type": "button",
                    "text": {"type": "plain_text", "text": "Close", "emoji": True},
                    "action_id": "close",
                },
            ],
        },
    ]
    assert render.text(content).startswith("*Delivery*\nIt takes *2 days*")


@pytest.mark.trap(10)
@pytest.mark.parametrize(
    "evil",  # what Slack reads as a call
    [
        "<!channel>",
        "<!here|here>",
        "<!everyone>",
        "<@U0BEN>",
        "<#C0SUPPORT>",
        "<!subteam^S1>",
        "&lt;!channel&gt;",
    ],
)
def test_no_words_of_a_customer_call_anybody(evil: str) -> None:
    everywhere = Content(
        (
            Paragraph((Span(evil), Span(evil, Style.BOLD), Span(evil, url="https://e.com/" + evil))),
            Heading((Span(evil),)),
            Quote((Span(evil),)),
            Code(evil),
            Bullets((Item((Span(evil),)),)),
            Sources((Source("p", evil, evil),)),
            Buttons((Button("a", evil, "v"),)),
        )
    )
    shown = [str(block) for block in render.blocks(everywhere)] + [render.text(everywhere)]
    assert not any(MASS.search(one) for one in shown)


@pytest.mark.trap(10)
def test_plain_stars_and_underscores_stay_plain() -> None:
    words = "*not bold* _nor italic_ `nor code` ~nor struck~ > nor quoted\n> at all"
    shown = render.text(text(words))
    assert shown.replace(GAP, "").replace("&gt;", ">") == words
    assert not re.search(r"(?<![\w\u200b])[*_~`](?=\w)", shown)
    assert not any(line.startswith("&gt;") for line in shown.split("\n"))


def test_addresses_that_are_no_web_addresses_are_no_links() -> None:
    assert render.text(Content((Paragraph((Span("click", url="javascript:alert(1)"),)),))) == "click"


def test_bold_that_touches_a_word_is_still_bold() -> None:
    spans = (Span("un"), Span("believ", Style.BOLD), Span("able"), Span(" spaced ", Style.ITALIC))
    assert render.text(Content((Paragraph(spans),))) == f"un{GAP}*believ*{GAP}able _spaced_ "


def test_a_fence_inside_code_does_not_end_it() -> None:
    shown = render.text(Content((Code("a\n```\nb"),)))
    assert shown.count("```") == 2


def test_long_labels_are_shortened() -> None:
    (row,) = render.blocks(Content((Buttons((Button("a", "x" * 200, "v"), Button("b", "", "w"))),)))
    assert [len(one["text"]["text"]) for one in row["elements"]] == [75, 1]


@pytest.mark.trap(9)
def test_a_long_text_is_cut_between_sentences_and_nothing_is_dropped() -> None:
    words = " ".join(f"Sentence number {number} ends here." for number in range(500))
    parts = render.split(text(words))
    assert len(parts) > 1
    assert said(parts) == words
    assert all(plain(part).rstrip().endswith(".") for part in parts)


@pytest.mark.trap(9)
def test_long_code_stays_code_and_is_cut_between_lines() -> None:
    code = "\n".join(f"line_{number} = {number} < 3" for number in range(600))
    parts = render.split(Content((Code(code, "python"),)))
    assert "\n".join(block.text for part in parts for block in part.blocks) == code
    assert all(isinstance(block, Code) for part in parts for block in part.blocks)


@pytest.mark.trap(9)
def test_a_link_at_the_cut_survives() -> None:
    link = Span("the page", url="https://example.com/" + "a" * 100)
    spans = tuple(chain.from_iterable((Span("word " * 30), link) for _ in range(40)))
    parts = render.split(Content((Paragraph(spans),)))
    kept = [span for part in parts for block in part.blocks for span in block.spans if span.url]
    assert kept == [link] * 40


@pytest.mark.trap(9)
def test_a_long_numbered_list_keeps_its_numbers() -> None:
    items = tuple(Item((Span(f"step {number} " + "x" * 90),)) for number in range(1, 101))
    shown = "\n".join(render.text(part) for part in render.split(Content((Bullets(items, ordered=True),))))
    assert [int(found) for found in re.findall(r"^(\d+)\. step", shown, re.MULTILINE)] == list(range(1, 101))


def test_an_emoji_family_is_not_torn_apart() -> None:
    family = "👩‍👩‍👧‍👦"
    for part in render.split(text(family * 1000)):
        assert plain(part).replace(family, "") == ""


@pytest.mark.trap(17)
def test_a_caption_stays_with_its_files_and_buttons_follow() -> None:
    photo = File("a", "a.png", "image/png", 3, image=True)
    row = Buttons((Button("a", "A"),))
    content = Content((Paragraph((Span("Look"),)), photo, photo, row))
    first, second = render.split(content)
    assert render.caption(first) == "Look"
    assert render.files(first) == (photo, photo)
    assert second.blocks == (row,)


def test_nothing_at_all_is_still_something() -> None:
    assert render.text(Content()) == "…"
    assert render.split(Content()) == ()


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_what_the_model_writes_looks_like_this(golden: Path) -> None:
    kept = json.loads(golden.read_text())
    content = parse(kept["markdown"])
    assert render.blocks(content) == kept["blocks"]
    assert render.text(content) == kept["text"]
    assert block_faults(kept["blocks"]) == []


SPANS = st.builds(
    Span,
    st.text(max_size=400)
    | st.sampled_from(["<!channel>", "*a*", "`" * 4, "> q", "a\n\n\nb", "x" * 3500, "&" * 900]),
    st.sampled_from(list(Style)),
    st.sampled_from(["", "", "", "https://example.com/?a=1&b=<!here>|x", "javascript:x", "mailto:a@b.c"]),
)
SPAN_TUPLES = st.lists(SPANS, max_size=6).map(tuple)
ITEMS = st.lists(st.builds(Item, SPAN_TUPLES, st.integers(0, 4)), max_size=8).map(tuple)
BUTTONS = st.lists(
    st.builds(Button, st.sampled_from(["claim", "rate"]), st.text(max_size=90), st.text("abc", max_size=40)),
    max_size=30,
).map(tuple)
CONTENTS = st.lists(
    st.one_of(
        st.builds(Paragraph, SPAN_TUPLES),
        st.builds(Heading, SPAN_TUPLES),
        st.builds(Quote, SPAN_TUPLES),
        st.builds(Bullets, ITEMS, st.booleans()),
        st.builds(Code, st.text(max_size=5000)),
        st.builds(Buttons, BUTTONS),
        st.builds(
            Sources, st.lists(st.builds(Source, st.just("p"), st.text(max_size=900)), max_size=5).map(tuple)
        ),
    ),
    max_size=8,
).map(lambda blocks: Content(tuple(blocks)))


@settings(max_examples=150, deadline=None)
@given(CONTENTS)
def test_whatever_is_said_slack_takes_it_and_nobody_is_called(content: Content) -> None:
    for part in render.split(content):
        shown = render.blocks(part)
        assert block_faults(shown) == []
        assert length(render.text(part)) <= 4000
        assert not any(MASS.search(str(block)) for block in shown)
        assert not MASS.search(render.text(part))


@settings(max_examples=80, deadline=None)
@given(CONTENTS)
def test_whatever_stands_on_a_home_page_slack_takes_it(content: Content) -> None:
    assert view_faults(render.home(content)) == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=4000), st.text(max_size=1500), st.sampled_from(sorted(STAFF)))
def test_whatever_is_filled_in_a_form_slack_takes_it(words: str, value: str, name: str) -> None:
    form = STAFF[name]
    filled = {field.name: words for field in form.fields}
    place = Address(platform=Platform.SLACK, bot=BotId("slack"), workspace="T", channel="C1", thread="1.2")
    assert view_faults(forms.view(form, value, place, filled)) == []
    strange = Form(
        name="x",
        title=words,
        submit=words,
        fields=(Field(name="f", label=words, kind="select", options=(("v", words),)),),
    )
    assert view_faults(forms.view(strange, value, place)) == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.integers(1, 60))
def test_whatever_the_text_splitting_drops_nothing(words: str, times: int) -> None:
    assert said(render.split(text(words * times))) == words * times


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_characters="\n\r", exclude_categories=["Cc", "Cs"]), max_size=80
    )
)
def test_plain_words_come_back_as_plain_words(words: str) -> None:
    back = to_content(render.text(text("a " + words)), {})
    shown = "".join(plain(back).split()).replace(GAP, "")
    assert all(span.style is Style.PLAIN for block in back.blocks for span in getattr(block, "spans", ()))
    assert shown == ("a" + "".join(words.split())).replace(GAP, "") or ":" in words
