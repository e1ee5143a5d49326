"""`Content` on Discord: golden outputs, limits, and that nothing is lost or mentions anybody."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.discord.commands import default_commands, payload
from bots.discord.escape import NOTHING, units
from bots.discord.forms import modal
from bots.discord.render import render, render_plain
from bots.discord.split import split
from brain.markdown import parse
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
    paragraph,
    plain,
    text,
)
from domain.ids import PassageId
from sandbox.discord_rules import Schema, check_message, shared_folder

RENDERED = Path(__file__).parents[1] / "payloads" / "discord" / "rendered"
SCHEMA = Schema(shared_folder() / "specs" / "discord-openapi.json")
needs_schema = pytest.mark.skipif(not SCHEMA.present, reason="needs shared/specs/discord-openapi.json")


@pytest.mark.parametrize("name", sorted(path.stem for path in RENDERED.glob("*.md")))
def test_what_a_model_writes_looks_right(name):
    pieces = split(parse((RENDERED / f"{name}.md").read_text()))
    assert [render(piece).text for piece in pieces] == json.loads((RENDERED / f"{name}.json").read_text())


LOOKS = {
    "plain": ("a_b *c* `d`", "a\\_b \\*c\\* \\`d\\`"),
    "heading mark": (
        "# no\n-# no\n> no\n- no\n+ no\n1. no\n2) no",
        "\\# no\n\\-# no\n\\> no\n\\- no\n\\+ no\n1\\. no\n2\\) no",
    ),
    "address": ("see https://a.b/c_d?e=*f* now_", "see https://a.b/c_d?e=*f* now\\_"),
    "mass": ("@everyone @here", f"@{NOTHING}everyone @{NOTHING}here"),
    "mass in an address": ("https://a.b/@everyone", "https://a.b/%40everyone"),
    "people": (
        "<@1> <@&2> <#3> </ask:4>",
        " ".join(f"\\<{NOTHING}{one}" for one in ("@1>", "@&2>", "#3>", "/ask:4>")),
    ),
    "backslash": ("\\", "\\\\"),
    "spoiler": ("||x||", "\\|\\|x\\|\\|"),
}


@pytest.mark.trap(10)
@pytest.mark.parametrize("name", LOOKS)
def test_a_text_shows_as_it_is(name):
    words, shown = LOOKS[name]
    assert render(text(words)).text == shown


SPANS = {
    "bold": (Span(" a ", Style.BOLD), " **a** "),
    "two lines": (Span("a\nb", Style.ITALIC), "*a*\n*b*"),
    "nothing in it": (Span("  ", Style.BOLD), "  "),
    "mono": (Span("a_b", Style.MONO), "`a_b`"),
    "mono with a tick": (Span("a`b", Style.MONO), "`` a`b ``"),
    "link": (Span("our_page", url="https://a.b/c (d)"), "[our\\_page](<https://a.b/c%20(d)>)"),
    "bold link": (Span("us", Style.BOLD, "https://a.b"), "**[us](<https://a.b>)**"),
    "link to itself": (Span("https://a.b", url="https://a.b"), "https://a.b"),
    "link that looks like another": (
        Span("https://good.example", url="https://evil.example"),
        "https://good.example (https://evil.example)",
    ),
    "mail": (Span("write us", url="mailto:a_b@c.d"), "write us (a\\_b@c.d)"),
    "mail itself": (Span("a@c.d", url="mailto:a@c.d"), "a@c.d"),
    "script": (Span("click", url="javascript:alert(1)"), "click"),
}


@pytest.mark.parametrize("name", SPANS)
def test_a_span_looks_right(name):
    span, shown = SPANS[name]
    assert render(Content((Paragraph((span,)),))).text == shown


def test_marks_that_touch_are_kept_apart():
    content = Content((Paragraph((Span("a", Style.BOLD), Span("b", Style.ITALIC))),))
    assert render(content).text == f"**a**{NOTHING}*b*"


def test_blocks_stand_under_each_other():
    content = Content(
        (
            Heading((Span("Prices\nnow"),)),
            paragraph("Two kinds:"),
            Bullets((Item((Span("express"),)), Item((Span("by\nair"),), 1)), ordered=True),
            Quote((Span("fast\nand good"),)),
            Code("a = 1\n```\n", "python"),
        )
    )
    assert render(content).text == (
        "### Prices now\nTwo kinds:\n1. express\n   - by\n     air\n\n> fast\n> and good\n\n"
        f"```python\na = 1\n`{NOTHING}`{NOTHING}`\n```"
    )


def test_sources_are_an_embed_and_go_on_counting():
    one, two = (Source(PassageId(n), f"Hand_book {n}", "Prices", n_) for n, n_ in (("a", 4), ("b", 0)))
    rendered = render(Content((Sources((one,)), Sources((two,)))))
    assert [embed["description"] for embed in rendered.embeds] == [
        "\\[1\\] Hand\\_book a, Prices, p. 4",
        "\\[2\\] Hand\\_book b, Prices",
    ]


@pytest.mark.trap(13)
def test_buttons_have_static_ids_and_wrap_at_five():
    buttons = [Button("rate", str(n), f"r7-{n}", ButtonStyle.PRIMARY) for n in range(7)]
    rows = render(Content((Buttons((*buttons, buttons[0])),))).rows
    assert [len(row["components"]) for row in rows] == [5, 2]
    assert rows[1]["components"][1] == {"type": 2, "style": 1, "label": "6", "custom_id": "rate:r7-6"}


def test_a_long_label_is_cut_with_a_mark():
    button = render(Content((Buttons((Button("a", "x" * 200),)),))).rows[0]["components"][0]
    assert len(button["label"]) <= 80
    assert button["label"].endswith("…")


def test_plain_has_no_markup_but_keeps_buttons_and_files():
    file = File("b", "a.pdf", "application/pdf")
    content = Content((Paragraph((Span("a", Style.BOLD), Span("_b_"))), Buttons((Button("x", "X"),)), file))
    rendered = render_plain(content)
    assert (rendered.text, len(rendered.rows), rendered.files) == ("a_b_\n[a.pdf]", 1, (file,))


@pytest.mark.trap(9)
def test_a_long_text_is_cut_between_sentences():
    sentence = "This is a sentence of a fair length, and it ends here. "
    pieces = split(text(sentence * 100))
    assert all(plain(piece).strip().endswith("here.") for piece in pieces)
    assert " ".join(plain(piece).strip() for piece in pieces) == (sentence * 100).strip()


@pytest.mark.trap(9)
def test_a_link_is_not_cut_in_two():
    link = Span("the price list", url="https://example.com/prices")
    content = Content((Paragraph((Span("x " * 990), link, Span(" y" * 990))),))
    assert (
        sum("[the price list](<https://example.com/prices>)" in render(one).text for one in split(content))
        == 1
    )


@pytest.mark.trap(9)
def test_code_is_closed_and_opened_again():
    code = "\n".join(f"value_{n} = {n}" for n in range(500))
    shown = [render(piece).text for piece in split(Content((Code(code, "python"),)))]
    assert len(shown) > 3
    assert all(one.startswith("```python\n") and one.endswith("\n```") for one in shown)
    assert "\n".join(one[10:-4] for one in shown) == code


@pytest.mark.trap(9)
def test_an_ordered_list_goes_on_counting():
    items = tuple(Item((Span(f"step {n} " + "x" * 80),)) for n in range(1, 60))
    shown = "\n".join(render(piece).text for piece in split(Content((Bullets(items, ordered=True),))))
    assert [int(n) for n in re.findall(r"(?m)^(\d+)\\?\. step", shown)] == list(range(1, 60))


def test_more_buttons_and_files_than_fit_follow():
    buttons = Buttons(tuple(Button("b", str(n), str(n)) for n in range(40)))
    files = [File(str(n), f"{n}.png", "image/png") for n in range(23)]
    pieces = [render(piece) for piece in split(Content((paragraph("x"), buttons, *files)))]
    assert sum(len(row["components"]) for piece in pieces for row in piece.rows) == 40
    assert [file for piece in pieces for file in piece.files] == files
    assert all(piece.fits for piece in pieces)


# Whatever the text: within limits, valid, nothing lost, nobody mentioned.

NASTY = st.sampled_from(
    [
        "@everyone",
        "@here",
        "<@1>",
        "<@&2>",
        "```",
        "**",
        "__",
        "||",
        "\\",
        "> ",
        "# ",
        "- ",
        "1. ",
        "[x](y)",
        "`",
        "https://a.b/c_d",
        "<https://a.b>",
        "\n",
        "\n\n",
        " ",
        "😀",
        "देव",
        "مرحبا",
        "x" * 300,
        "@",
        "everyone",
    ]
)
WORDS = st.lists(st.one_of(NASTY, st.text(max_size=30)), max_size=40).map("".join)
URLS = st.one_of(st.just(""), st.sampled_from(["https://a.b/c", "mailto:a@b.c", "https://a.b/" + "z" * 600]))
PARTS = st.lists(st.builds(Span, WORDS, st.sampled_from(Style), URLS), min_size=1, max_size=4).map(tuple)
ITEMS = st.lists(st.builds(Item, PARTS, st.integers(0, 2)), min_size=1, max_size=6).map(tuple)
NAMES = st.text("abc09-", min_size=1, max_size=12)
SOURCES = st.lists(st.builds(Source, NAMES, WORDS, WORDS, st.integers(0, 99)), min_size=1, max_size=20).map(
    tuple
)
BUTTONS = st.lists(
    st.builds(Button, NAMES, WORDS, NAMES, st.sampled_from(ButtonStyle)), min_size=1, max_size=30
)
BLOCKS = st.one_of(
    st.builds(Paragraph, PARTS),
    st.builds(Heading, PARTS),
    st.builds(Quote, PARTS),
    st.builds(Code, WORDS, st.sampled_from(["", "python", "not a language"])),
    st.builds(Bullets, ITEMS, st.booleans()),
    st.builds(Sources, SOURCES),
    st.builds(Buttons, BUTTONS.map(tuple)),
    st.builds(File, NAMES, NAMES, st.just("image/png")),
)
CONTENTS = st.lists(BLOCKS, min_size=1, max_size=6).map(lambda blocks: Content(tuple(blocks)))


def messages(content):
    return [one for one in map(render, split(content)) if not one.empty]


@settings(max_examples=60, deadline=None)
@given(CONTENTS)
def test_whatever_is_said_fits(content):
    for one in messages(content):
        assert units(one.text) <= 2000
        check_message(one.body(), files=len(one.files), fresh=True)


@needs_schema
@settings(max_examples=25, deadline=None)
@given(CONTENTS)
def test_whatever_is_said_is_valid(content):
    for one in messages(content):
        assert SCHEMA.faults("post", "/channels/{channel_id}/messages", one.body()) == ()


@settings(max_examples=60, deadline=None)
@given(CONTENTS)
def test_whatever_is_said_mentions_nobody(content):
    for one in messages(content):
        shown = one.text + "".join(embed["description"] for embed in one.embeds)
        assert not re.search(r"@everyone|@here|<@|<#|</[^<>]*:\d|<a?:\w+:\d", shown, re.IGNORECASE)
        assert one.body()["allowed_mentions"]["parse"] == []


def letters(words):
    """What is left when marks, spaces and invisible characters are ignored."""
    return re.sub(r"%[0-9a-f]{2}|[\W_\d]", "", words.lower())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.builds(Paragraph, PARTS), st.builds(Quote, PARTS), st.builds(Heading, PARTS)), max_size=5
    )
)
def test_whatever_is_said_nothing_is_lost(blocks):
    content = Content(tuple(blocks))
    bare = Content(
        tuple(type(block)(tuple(Span(one.text, one.style) for one in block.spans)) for block in blocks)
    )
    assert letters("".join(render(one).text for one in split(bare))) == letters(plain(content))


@needs_schema
def test_commands_are_valid():
    body = [payload(command) for command in default_commands()]
    assert SCHEMA.faults("put", "/applications/{application_id}/commands", body) == ()


@needs_schema
def test_forms_are_valid():
    kinds = ("text", "long_text", "select", "person", "file")
    fields = tuple(
        Field(name=kind, label="x" * 90, kind=kind, options=(("a", "A"),) if kind == "select" else ())
        for kind in kinds
    )
    form = Form(name="note", title="y" * 90, submit="Send", fields=fields)
    body = {"type": 9, "data": modal(form, "t1")}
    path = "/interactions/{interaction_id}/{interaction_token}/callback"
    assert SCHEMA.faults("post", path, body) == ()
