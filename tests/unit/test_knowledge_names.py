"""What a document is called, whatever its file was called."""

import pytest

from brain.knowledge.folder import file_name
from brain.knowledge.names import LONGEST, document_name
from domain.errors import BadInput


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("handbook.pdf", "handbook.pdf"),
        ("../../etc/handbook.pdf", "handbook.pdf"),
        ("C:\\Users\\ana\\handbook.pdf", "handbook.pdf"),
        ("/handbook.pdf", "handbook.pdf"),
        ("hand\x00book\r\n.pdf", "handbook .pdf"),
        ("  hand \t book.pdf ", "hand book.pdf"),
        ("fdp.exe\u202efdp.pdf", "fdp.exefdp.pdf"),
        ("prices\u200b.md", "prices.md"),
        ("Preise_🦊 ü.md", "Preise_🦊 ü.md"),
        ("u\u0308ber.md", "über.md"),
        (".hidden.md", "hidden.md"),
        ("دليل.pdf", "دليل.pdf"),
    ],
)
def test_names_read_as_what_they_are(given: str, name: str) -> None:
    assert document_name(given) == name


@pytest.mark.parametrize("given", ["", "  ", "..", "a/", "\u202e\x00"])
def test_a_file_needs_a_name(given: str) -> None:
    with pytest.raises(BadInput, match="no name"):
        document_name(given)


def test_a_long_name_keeps_its_ending() -> None:
    name = document_name("x" * 300 + ".pdf")
    assert len(name) == LONGEST
    assert name.endswith("x.pdf")


def test_files_of_any_name_fit_a_folder_and_stay_apart() -> None:
    one, two = ("🦊" * 119 + letter for letter in "ab")
    names = [file_name(f"{each}.pdf") for each in (one, two)]
    assert names[0] != names[1]
    assert all(len(name.encode()) <= 200 and name.endswith(".pdf") for name in names)
    assert file_name("a/prices.md") == "a__prices.md"
    assert file_name("../../prices.md") == "prices.md"
