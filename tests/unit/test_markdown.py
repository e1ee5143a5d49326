"""The model's Markdown as content: tables, lists, code, links, maths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.markdown import align, escape, parse
from domain.content import Bullets, Code, Content, Heading, Item, Paragraph, Quote, Span, Style, plain

P, B, IT, M, S = Style.PLAIN, Style.BOLD, Style.ITALIC, Style.MONO, Style.STRIKE


def item(text: str, depth: int = 0) -> Item:
    return Item((Span(text),), depth)


GOLDEN = {
    "paragraphs": ("One.\n\nTwo.", (Paragraph((Span("One."),)), Paragraph((Span("Two."),)))),
    "line breaks": ("a\nb  \nc", (Paragraph((Span("a\nb\nc"),)),)),
    "styles": (
        "a **b** *c* ~~d~~ `e`",
        (
            Paragraph(
                (
                    Span("a "),
                    Span("b", B),
                    Span(" "),
                    Span("c", IT),
                    Span(" "),
                    Span("d", S),
                    Span(" "),
                    Span("e", M),
                )
            ),
        ),
    ),
    "nested styles": ("*a **b***", (Paragraph((Span("a ", IT), Span("b", B))),)),
    "heading": ("## Prices **now**", (Heading((Span("Prices "), Span("now", B))),)),
    "table": (
        "| Zone | Price |\n|:--|--:|\n| 1 | **4.25** |\n| Zürich | 11.60 |",
        (Code("Zone    Price\n------  -----\n1       4.25\nZürich  11.60"),),
    ),
    "uneven table": ("| a | b |\n|--|--|\n| 1 |", (Code("a  b\n-  -\n1"),)),
    "nested lists": (
        "- a\n  - b\n    - c\n- d",
        (Bullets((item("a"), item("b", 1), item("c", 2), item("d"))),),
    ),
    "ordered list with bullets": (
        "1. a\n   - b\n2. c",
        (Bullets((item("a"), item("b", 1), item("c")), ordered=True),),
    ),
    "item of two paragraphs": ("- a\n\n  b\n- c", (Bullets((item("a\nb"), item("c"))),)),
    "list that goes on": (
        "1. a\n```\nx\n```\n2. b\n3. **c**",
        (
            Bullets((item("a"),), ordered=True),
            Code("x"),
            Paragraph((Span("2. b\n3. "), Span("c", B))),
        ),
    ),
    "code": ("```python\nx = 1\n```", (Code("x = 1", "python"),)),
    "indented code": ("    x = 1", (Code("x = 1"),)),
    "code in a list": ("- a\n  ```\n  x\n  ```", (Bullets((Item((Span("a\n"), Span("x", M))),)),)),
    "quote": ("> a\n> **b**\n>\n> c", (Quote((Span("a\n"), Span("b", B), Span("\nc"))),)),
    "links": (
        "[a](https://x.y/z?q=1) <mailto:m@x.y>",
        (
            Paragraph(
                (Span("a", url="https://x.y/z?q=1"), Span(" "), Span("mailto:m@x.y", url="mailto:m@x.y"))
            ),
        ),
    ),
    "other schemes are text": (
        "[a](javascript:alert(1)) [b](tg://user?id=1) [c](/d) [e](data:text/html,x) [f](https:)",
        (Paragraph((Span("a b c e f"),)),),
    ),
    "images are links": (
        "![Map](https://x.y/m.png) ![](https://x.y/n.png) ![Bad](file:///etc/passwd)",
        (
            Paragraph(
                (
                    Span("Map", url="https://x.y/m.png"),
                    Span(" "),
                    Span("image", url="https://x.y/n.png"),
                    Span(" Bad"),
                )
            ),
        ),
    ),
    "html stays text": (
        "<b>a</b> <script>x</script>\n\n<div>c</div>",
        (Paragraph((Span("<b>a</b> <script>x</script>"),)), Paragraph((Span("<div>c</div>"),))),
    ),
    "maths": (
        "So $a_1 * b_2 * c$ and \\(x_1\\):\n\n$$\\frac{a}{b}$$\n\n\\[y_1*z_1\\]",
        (
            Paragraph(
                (Span("So "), Span("$a_1 * b_2 * c$", M), Span(" and "), Span("\\(x_1\\)", M), Span(":"))
            ),
            Paragraph((Span("$$\\frac{a}{b}$$", M),)),
            Paragraph((Span("\\[y_1*z_1\\]", M),)),
        ),
    ),
    "dollars are money": ("$5 and $10, or $3-$4", (Paragraph((Span("$5 and $10, or $3-$4"),)),)),
    "rules vanish": ("a\n\n---\n\nb", (Paragraph((Span("a"),)), Paragraph((Span("b"),)))),
    "snake case stays": ("my_long_name", (Paragraph((Span("my_long_name"),)),)),
    "unclosed": ("**a *b `c", (Paragraph((Span("**a *b `c"),)),)),
    "nothing": ("", ()),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_markdown_becomes_content(case: str) -> None:
    markdown, blocks = GOLDEN[case]
    assert parse(markdown) == Content(blocks)


@given(st.text(max_size=200))
def test_any_text_can_be_parsed_and_gives_only_allowed_links(markdown: str) -> None:
    for block in parse(markdown).blocks:
        for span in getattr(block, "spans", ()):
            assert not span.url or span.url.split(":")[0].lower() in {"http", "https", "mailto"}


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), max_size=100))
def test_an_escaped_text_is_shown_as_it_is(text: str) -> None:
    words = " ".join(text.split())
    content = parse(escape(words))
    assert plain(content) == words
    assert all(
        isinstance(block, Paragraph) and {(s.style, s.url) for s in block.spans} == {(P, "")}
        for block in content.blocks
    )


def test_columns_line_up_for_marks_and_wide_letters() -> None:
    assert align([["नि", "b"], ["日本", "c"]]) == "नि    b\n----  -\n日本  c"
