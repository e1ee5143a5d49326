"""Contents on Telegram: text with entities, keyboards, and pieces that fit."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.telegram.render import Rendered, render
from bots.telegram.split import CAPTION_LIMIT, TEXT_LIMIT, split
from brain.markdown import parse
from domain.content import (
    Block,
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
)
from domain.errors import Refused
from domain.ids import PassageId
from sandbox.telegram_text import formatted, units

GOLDEN = Path(__file__).parents[1] / "payloads" / "telegram" / "rendered"
MARKDOWN = GOLDEN.parent / "markdown"
PHOTO = File(blob="b1", name="box.png", mime="image/png", image=True)
PDF = File(blob="b2", name="terms.pdf", mime="application/pdf")

CASES = {
    "answer": Content(
        (
            Heading((Span("Delivery "), Span("times", Style.MONO))),
            Paragraph(
                (Span("We deliver in "), Span("2 days", Style.BOLD), Span(" 🚚, not <b>3</b> & more."))
            ),
            Bullets(
                (Item((Span("Berlin"),)), Item((Span("Mitte", Style.ITALIC),), 1), Item((Span("Paris"),))),
                ordered=True,
            ),
            Quote((Span("Parcels over "), Span("30 kg", Style.STRIKE), Span(" are refused."))),
            Sources((Source(PassageId("p1"), "Handbook", "Prices", 4), Source(PassageId("p2"), "Terms"))),
            Buttons(
                (
                    Button("human", "Talk to a person", style=ButtonStyle.PRIMARY),
                    Button("solved", "That helped", "c1"),
                )
            ),
        )
    ),
    "table_in_code": Content((paragraph("Prices:"), Code("\nkg | price\n 1 |  4.90\n", "text"))),
    "links": Content(
        (
            Paragraph(
                (
                    Span("our page", url="https://example.com/a?b=c&d=e"),
                    Span(", "),
                    Span("code link", Style.MONO, "https://example.com/x"),
                    Span(", "),
                    Span("write to us", url="mailto:help@example.com"),
                    Span(", "),
                    Span("not this", url="javascript:alert(1)"),
                )
            ),
        )
    ),
    "markup_of_others": Content(
        (paragraph("*no bold* _no italic_ `no code` [no](link) <i>tag</i> @everyone @here"),)
    ),
    "rating": Content(
        (paragraph("How was it?"), Buttons(tuple(Button("rate", str(n), f"t1.{n}") for n in range(1, 6))))
    ),
    "only_buttons": Content((Buttons((Button("human", "Talk to a person"),)),)),
    "photo_with_caption": Content((paragraph("As you see", Style.BOLD), PHOTO)),
}


def shown(rendered: Rendered) -> dict[str, Any]:
    return {
        "text": rendered.text,
        "entities": [entity.to_dict() for entity in rendered.entities],
        "keyboard": rendered.keyboard.to_dict() if rendered.keyboard else None,
        "file": rendered.files[0].name if rendered.files else None,
    }


@pytest.mark.parametrize("name", CASES)
def test_a_content_looks_as_agreed(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    now = shown(render(CASES[name]))
    if os.environ.get("DESKMATE_GOLDEN") == "write":
        path.write_text(json.dumps(now, ensure_ascii=False, indent=2) + "\n", "utf-8")
    assert now == json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("path", sorted(MARKDOWN.glob("*.json")), ids=lambda path: path.stem)
def test_what_the_model_writes_looks_as_agreed(path: Path) -> None:
    kept = json.loads(path.read_text("utf-8"))
    now = {"markdown": kept["markdown"]} | shown(render(parse(kept["markdown"])))
    if os.environ.get("DESKMATE_GOLDEN") == "write":
        path.write_text(json.dumps(now, ensure_ascii=False, indent=2) + "\n", "utf-8")
    assert now == json.loads(path.read_text("utf-8"))
    formatted(now["text"], "", now["entities"], limit=TEXT_LIMIT)


@pytest.mark.trap(10)
def test_markup_in_a_text_is_shown_as_it_is() -> None:
    rendered = render(CASES["markup_of_others"])
    assert rendered.entities == ()
    assert "<i>tag</i>" in rendered.text


def test_a_button_that_telegram_would_refuse_is_refused_before_it_is_sent() -> None:
    with pytest.raises(Refused, match="64 bytes"):
        render(Content((Buttons((Button("rate", "5", "x" * 60),)),)))


def test_long_labels_get_rows_of_their_own() -> None:
    buttons = Buttons(tuple(Button("go", f"A rather long label {n}", str(n)) for n in range(3)))
    keyboard = render(Content((buttons,))).keyboard
    assert keyboard is not None
    assert [len(row) for row in keyboard.inline_keyboard] == [1, 1, 1]


@pytest.mark.trap(9)
def test_a_long_answer_is_split_between_sentences() -> None:
    sentence = "This sentence is about parcels. "
    pieces = split(Content((paragraph(sentence * 400),)))
    texts = [render(piece).text for piece in pieces]
    assert len(texts) == 4
    assert all(text.endswith("parcels.") for text in texts)
    assert " ".join(texts) == (sentence * 400).strip()


@pytest.mark.trap(9)
def test_code_stays_code_and_is_cut_between_lines() -> None:
    code = "\n".join(f"    line {n} of the program" for n in range(400))
    pieces = split(Content((paragraph("See:"), Code(code, "python"), paragraph("That's all."))))
    rendered = [render(piece) for piece in pieces]
    languages = [e.language for one in rendered for e in one.entities if e.type == "pre"]
    assert languages == ["python"] * len(languages)
    assert len(languages) > 2
    parts = [block.text.strip("\n") for piece in pieces for block in piece.blocks if isinstance(block, Code)]
    assert "\n".join(parts) == code


@pytest.mark.trap(9)
def test_a_link_that_is_cut_leads_on_behind_the_cut() -> None:
    words = "word " * 1500
    pieces = split(Content((Paragraph((Span(words, url="https://example.com"),)),)))
    links = [[e.url for e in render(piece).entities] for piece in pieces]
    assert links == [["https://example.com"]] * 2


def test_a_long_numbered_list_goes_on_counting_behind_the_cut() -> None:
    items = tuple(Item((Span(f"item {n} " + "x" * 60),)) for n in range(1, 101))
    text = "\n".join(render(piece).text for piece in split(Content((Bullets(items, ordered=True),))))
    assert "\n100. item 100 " in text


def test_a_heading_goes_with_what_it_heads() -> None:
    long = paragraph("a" * 3900)
    pieces = split(Content((long, Heading((Span("Next"),)), paragraph("b" * 300))))
    assert [plain(piece)[:4] for piece in pieces] == ["aaaa", "Next"]


def test_a_family_emoji_is_not_cut_in_two() -> None:
    family = "👩\u200d👩\u200d👧\u200d👦"
    pieces = split(Content((paragraph("x" * (TEXT_LIMIT - 3) + family),)))
    assert [render(piece).text for piece in pieces] == ["x" * (TEXT_LIMIT - 3), family]


@pytest.mark.trap(17)
def test_a_short_text_becomes_the_caption_and_a_long_one_goes_ahead_of_its_file() -> None:
    short = split(Content((paragraph("Here"), PHOTO)))
    assert [(render(piece).text, render(piece).files) for piece in short] == [("Here", (PHOTO,))]
    long = [render(piece) for piece in split(Content((paragraph("y" * (CAPTION_LIMIT + 1)), PHOTO)))]
    assert [one.files for one in long] == [(), (PHOTO,)]


def test_files_that_do_not_go_together_are_messages_of_their_own_and_buttons_come_last() -> None:
    content = Content((Buttons((Button("ok", "OK"),)), PHOTO, PDF))
    rendered = [render(piece) for piece in split(content)]
    assert [one.files for one in rendered] == [(PHOTO,), (PDF,)]
    assert [one.keyboard is not None for one in rendered] == [False, True]


CLIP = File(blob="clip", name="clip.mp4", mime="video/mp4")
VOICE = File(blob="voice", name="voice.ogg", mime="audio/ogg")
GIF = File(blob="gif", name="dance.gif", mime="image/gif", image=True)
HUGE = File(blob="huge", name="poster.png", mime="image/png", image=True, size=12_000_000)


@pytest.mark.parametrize(
    ("files", "albums"),
    [
        ((PHOTO, CLIP, PHOTO), [(PHOTO, CLIP, PHOTO)]),
        ((PDF, PDF, PHOTO, PHOTO), [(PDF, PDF), (PHOTO, PHOTO)]),
        ((VOICE, VOICE), [(VOICE,), (VOICE,)]),
        ((PHOTO, HUGE, PDF), [(PHOTO,), (HUGE, PDF)]),
        ((GIF, PDF), [(GIF, PDF)]),
        ((PDF,) * 12, [(PDF,) * 10, (PDF,) * 2]),
    ],
)
def test_files_that_telegram_shows_together_are_one_album(
    files: tuple[File, ...], albums: list[tuple[File, ...]]
) -> None:
    rendered = [render(piece) for piece in split(Content((paragraph("Here"), *files)))]
    assert [one.files for one in rendered] == albums
    assert [one.text for one in rendered] == ["Here", *[""] * (len(albums) - 1)]


def test_buttons_follow_an_album_in_a_message_of_their_own() -> None:
    content = Content((PDF, PDF, Buttons((Button("ok", "OK"),))))
    rendered = [render(piece) for piece in split(content)]
    assert [one.files for one in rendered] == [(PDF, PDF), ()]
    assert [one.keyboard is not None for one in rendered] == [False, True]


def test_nothing_makes_no_message() -> None:
    assert split(Content()) == ()
    assert split(Content((paragraph(" \n "), Code("")))) == ()


def test_half_a_character_does_not_stop_a_message() -> None:
    assert render(Content((paragraph("broken \ud83d here\r\nnext"),))).text == "broken \ufffd here\nnext"


WORDS = st.text(st.characters(codec="utf-16", exclude_categories=()), max_size=40) | st.sampled_from(
    [
        "👩\u200d👩\u200d👧",
        "word " * 900,
        "x" * 5000,
        "😀" * 2500,
        "\n\n",
        "@everyone",
        "<b>&amp;",
        "a\u0301" * 3000,
    ]
)
SPANS = st.lists(
    st.builds(
        Span,
        WORDS,
        st.sampled_from(Style),
        st.sampled_from(["", "", "https://example.com", "mailto:a@b.c", "tg://user?id=1"]),
    ),
    max_size=4,
).map(tuple)
SOURCES = st.builds(Source, st.just(PassageId("p")), WORDS, WORDS, st.integers(0, 9))
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, SPANS),
    st.builds(Heading, SPANS),
    st.builds(Quote, SPANS),
    st.builds(
        Bullets, st.lists(st.builds(Item, SPANS, st.integers(0, 12)), max_size=4).map(tuple), st.booleans()
    ),
    st.builds(Code, WORDS, st.sampled_from(["", "python"])),
    st.builds(Sources, st.lists(SOURCES, max_size=3).map(tuple)),
    st.builds(
        Buttons,
        st.lists(st.builds(Button, st.just("act"), WORDS, st.just("v1")), max_size=12).map(tuple),
    ),
    st.sampled_from([PHOTO, PDF]),
)


def squeezed(text: str) -> str:
    return "".join(text.split()).replace("\x00", "")


@settings(max_examples=120, deadline=None)
@given(st.lists(BLOCKS, max_size=6).map(tuple).map(Content))
def test_whatever_is_said_fits_parses_and_is_complete(content: Content) -> None:
    rendered = [render(piece) for piece in split(content)]
    for one in rendered:
        limit = CAPTION_LIMIT if one.files else TEXT_LIMIT
        assert units(one.text) <= limit
        assert one.text.strip() or one.files
        assert not (one.keyboard and len(one.files) > 1)
        # The stand-in checks entities as Telegram does: offsets, whole characters, nesting.
        formatted(one.text, "", [entity.to_dict() for entity in one.entities], limit=limit)
    words = squeezed("".join(one.text for one in rendered))
    for block in content.blocks:
        for text in spoken(block):
            assert squeezed(text) in words
    files = [block for block in content.blocks if isinstance(block, File)]
    assert [file for one in rendered for file in one.files] == files


def spoken(block: Block) -> list[str]:
    match block:
        case Paragraph(spans) | Heading(spans) | Quote(spans):
            return [span.text for span in spans]
        case Bullets(items):
            return [span.text for item in items for span in item.spans]
        case Code(text):
            return [text]
        case Sources(items):
            return [word for source in items for word in (source.title, source.section)]
        case _:
            return []


@settings(max_examples=60, deadline=None)
@given(st.lists(BLOCKS, max_size=4).map(tuple).map(Content))
def test_what_fits_once_is_not_split_again(content: Content) -> None:
    for piece in split(content):
        assert len(split(piece)) == 1
