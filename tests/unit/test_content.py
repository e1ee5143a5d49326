"""The words of a message without its markup."""

from domain.content import Bullets, Content, Item, Span, plain


def test_nested_items_do_not_count_in_a_numbered_list() -> None:
    items = tuple(Item((Span(words),), depth) for words, depth in (("a", 0), ("inside", 1), ("b", 0)))
    assert plain(Content((Bullets(items, ordered=True),))) == "1. a\n  - inside\n2. b"
