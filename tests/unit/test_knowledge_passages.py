"""Documents in pieces."""

from hypothesis import given, settings
from hypothesis import strategies as st

from brain.knowledge.passages import MAX_TOKENS, indexed, split
from domain.ids import CompanyId, DocumentId
from domain.knowledge import ParsedDocument, Passage, Section
from tests.unit.knowledge_parts import WordEncoder

count = WordEncoder().count_tokens


def pieces(*sections: Section, title: str = "Handbook") -> list[Passage]:
    parsed = ParsedDocument(title=title, sections=sections, pages=1, mime="text/plain", sha256="")
    return split(parsed, company=CompanyId("acme"), document=DocumentId("d"), version=1, count=count)


def section(text: str, heading: str = "Prices", *, table: bool = False) -> Section:
    return Section(heading=heading, page=3, text=text, table=table)


def test_sentences_stay_whole_and_pieces_are_about_equally_long() -> None:
    sentence = "One two three four five six seven eight nine ten."
    found = pieces(section(" ".join([sentence] * 50)))
    assert [len(each.text.split()) for each in found] == [170, 170, 160]
    assert all(each.text.endswith("ten.") for each in found)


def test_a_passage_knows_where_it_stands() -> None:
    first, second = pieces(section("Express is fast.", "Prices > Express"), section("Ask us.", "Contact"))
    assert (first.heading, first.page, first.position, second.position) == ("Prices > Express", 3, 0, 1)
    assert indexed(first) == "Handbook > Prices > Express\nExpress is fast."


def test_sections_are_never_mixed() -> None:
    assert [each.text for each in pieces(section("A."), section("B."))] == ["A.", "B."]


def test_rows_of_a_long_table_keep_their_header() -> None:
    rows = "\n".join(f"up to {n} kg | {n}.50 | {n}.90" for n in range(60))
    found = pieces(section(f"Weight | Zone 1 | Zone 2\n{rows}", table=True))
    assert len(found) > 1
    assert all(each.text.startswith("Weight | Zone 1 | Zone 2\n") for each in found)
    assert sum(each.text.count(" kg |") for each in found) == 60


def test_a_row_too_long_for_a_passage_repeats_its_label() -> None:
    found = pieces(section("Name | Text\nClause 1 | " + "word " * 500, table=True))
    assert len(found) > 2
    assert all("Clause 1 | word" in each.text for each in found)


def test_ids_follow_from_company_document_version_and_place() -> None:
    assert [each.id for each in pieces(section("A."))] == [each.id for each in pieces(section("B."))]
    parsed = ParsedDocument(title="", sections=(section("A."),), pages=1, mime="", sha256="")
    other = split(parsed, company=CompanyId("other"), document=DocumentId("d"), version=1, count=count)
    newer = split(parsed, company=CompanyId("acme"), document=DocumentId("d"), version=2, count=count)
    assert len({pieces(section("A."))[0].id, other[0].id, newer[0].id}) == 3


def test_a_deep_heading_gives_up_its_outer_levels() -> None:
    (found,) = pieces(section("Text.", " > ".join(["a long chapter heading of many words"] * 12)))
    assert count([indexed(found)])[0] <= MAX_TOKENS
    assert found.heading


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("ab .!?\n|,;é日ب9"), max_size=4000),
    st.booleans(),
    st.sampled_from(["", "Prices", "word " * 60]),
)
def test_no_word_is_lost_and_no_passage_is_too_long(text: str, table: bool, heading: str) -> None:
    found = pieces(section(text, heading, table=table))
    assert all(count([indexed(each)])[0] <= MAX_TOKENS and len(indexed(each)) < 4000 for each in found)
    if not table:
        kept = "".join("".join(each.text.split()) for each in found)
        assert kept == "".join(text.split())


def test_a_word_without_end_is_cut() -> None:
    assert all(len(each.text) <= 1_700 for each in pieces(section("x" * 100_000)))
