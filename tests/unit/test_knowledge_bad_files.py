"""Files that can't be used: each ends in one clear sentence, within bounds."""

import asyncio
import os
import shutil

import pytest

from brain.knowledge import load as loading
from brain.knowledge.load import Bounds, Loader, load
from domain.errors import BadInput
from sandbox.stand import until
from tests.unit.knowledge_parts import archive, pdf, picture, scanned_pdf

OFFICE = {"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<Relationships/>"}
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
HAS_TESSERACT = shutil.which("tesseract") is not None


async def refused(data: bytes, name: str, loader: Loader | None = None) -> str:
    with pytest.raises(BadInput) as told:
        await (loader or Loader()).load(data, name)
    return str(told.value)


@pytest.mark.parametrize(
    ("data", "name", "word"),
    [
        (b"", "handbook.pdf", "is empty"),
        (b"  \n\x00", "notes.txt", "is empty"),
        (b"%PDF-1.7\n1 0 obj <<garbage", "handbook.pdf", "is damaged"),
        (b"Dear customer", "handbook.pdf", "isn't a PDF, although its name says so"),
        (b"%PDF-1.7 really a PDF", "handbook.txt", "isn't a text file"),
        (b"PK\x03\x04 no archive", "prices.docx", "is damaged"),
        (b"\x89PNG\r\n\x1a\n broken", "scan.png", "is damaged"),
        (b"GIF89a", "scan.png", "isn't a PNG image"),
        (b"MZ\x90\x00", "setup.exe", "please send PDF, DOCX"),
        (b"no ending", "README", "please send PDF, DOCX"),
        (b"... --- ...", "dots.txt", "has no text in it"),
        (b"<html><script>only()</script></html>", "empty.html", "has no text in it"),
        (
            b"".join(b"<h2>%d</h2><p>word</p>" % n for n in range(20_001)),
            "h.html",
            "more than 20,000 sections",
        ),
        (archive({"something.txt": b"else"}), "letter.docx", "isn't what its name says"),
        (archive({**OFFICE, "word/document.xml": BOMB}), "letter.docx", "unsafe XML"),
        (archive({**OFFICE, "xl/workbook.xml": BOMB}), "prices.xlsx", "unsafe XML"),
        (archive({**OFFICE, "word/document.xml": b" " * 60_000_000}), "bomb.docx", "unpacks to far more"),
    ],
)
async def test_what_is_wrong_is_said_in_one_sentence(data: bytes, name: str, word: str) -> None:
    said = await refused(data, name)
    assert word in said
    assert name in said
    assert said.endswith(".")
    assert "\n" not in said


async def test_an_encrypted_pdf() -> None:
    assert "protected with a password" in await refused(pdf("secret", password="pw"), "secret.pdf")
    assert "protected with a password" in await refused(
        pdf("secret", password="pw"), "s.pdf", Loader(pdf="pdfium")
    )


async def test_a_pdf_of_200_megabytes_is_refused_before_anything_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a parser was started")

    monkeypatch.setattr(Loader, "_started", never)
    said = await refused(b"%PDF-1.7" + bytes(200 * 1024 * 1024), "huge.pdf")
    assert said == "“huge.pdf” is 200 MB large; please send at most 50 MB."


async def test_a_million_words() -> None:
    assert "more than 300,000 words" in await refused(b"word " * 1_000_000, "long.txt")


async def test_a_file_nested_without_end() -> None:
    parsed = await load(b"<div>" * 20_000 + b"deep words" + b"</div>" * 20_000, "deep.html")
    assert parsed.sections[0].text == "deep words"


async def test_a_heading_as_long_as_a_book_is_not_repeated_above_each_section() -> None:
    sections = b"".join(b"<h2>Part %d</h2><p>words</p>" % n for n in range(2_000))
    parsed = await load(b"<h1>" + b"endless " * 100_000 + b"</h1>" + sections, "long.html")
    assert sum(len(each.heading) for each in parsed.sections) < 100_000
    assert sum(each.text.count("endless") for each in parsed.sections) == 100_000


async def test_a_title_is_cut() -> None:
    parsed = await load(b"<title>" + b"t" * 100_000 + b"</title><p>Hello there.</p>", "long.html")
    assert parsed.title == "t" * 200


async def test_an_entity_bomb_in_html_stays_small() -> None:
    parsed = await load(BOMB.replace(b"<x>", b"<p>Hello ") + b"</p>", "bomb.html")
    assert len(parsed.sections[0].text) < 100


@pytest.mark.skipif(not HAS_TESSERACT, reason="tesseract is not installed")
@pytest.mark.parametrize(
    ("data", "name"),
    [(picture("Parcel 24.60 euros"), "scan.png"), (scanned_pdf("Parcel 24.60 euros"), "scan.pdf")],
)
async def test_scans_are_recognised(data: bytes, name: str) -> None:
    parsed = await load(data, name)
    assert "24.60" in parsed.sections[0].text


@pytest.mark.parametrize(
    ("data", "name"), [(picture("Hello"), "scan.png"), (scanned_pdf("Hello"), "scan.pdf")]
)
async def test_scans_without_tesseract(data: bytes, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PATH", "/nowhere")
    assert "text recognition (tesseract) isn't installed" in await refused(data, name)


async def test_a_parser_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loader, "_command", lambda self, *_: ("/bin/sleep", "600"))
    said = await refused(pdf("fine"), "slow.pdf", Loader(bounds=Bounds(seconds=0.2)))
    assert said == "Reading “slow.pdf” took too long, so it was stopped."


async def test_a_parser_that_wants_too_much_memory_is_stopped() -> None:
    loader = Loader(bounds=Bounds(memory_megabytes=120, megabytes=60))
    assert "memory" in await refused(b"word " * 10_000_000, "big.txt", loader)


async def test_the_parser_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    assert "SLACK_BOT_TOKEN" not in loading._PASSED_ON
    monkeypatch.setattr(Loader, "_command", lambda self, *_: ("/usr/bin/env",))
    monkeypatch.setattr(Loader, "_answer", lambda self, out, name, status: {"error": out.decode()})
    assert "xoxb-secret" not in await refused(b"hello", "a.txt")


async def test_only_a_few_files_are_parsed_at_once() -> None:
    loader = Loader(parallel=asyncio.Semaphore(1))
    parsed = await asyncio.gather(*(loader.load(f"Text number {n}".encode(), f"{n}.txt") for n in range(3)))
    assert [each.sections[0].text for each in parsed] == ["Text number 0", "Text number 1", "Text number 2"]


async def test_whoever_stops_waiting_leaves_no_parser_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    start = Loader._started
    monkeypatch.setattr(Loader, "_command", lambda self, *_: ("/bin/sleep", "600"))
    monkeypatch.setattr(Loader, "_started", lambda *given: started.append(start(*given)) or started[0])
    task = asyncio.create_task(load(b"hello", "a.txt"))
    await until(lambda: bool(started))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: started[0].returncode == -9)
