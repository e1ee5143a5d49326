"""Which golden questions a company has."""

from pathlib import Path

import pytest

from brain.golden import GoldenSet
from domain.errors import BadInput

YAML = b"questions:\n  - question: How much?\n  - question: When?\n"


class Kept:
    def __init__(self) -> None:
        self.text = ""

    async def words(self) -> str:
        return self.text

    async def keep(self, words: str) -> None:
        self.text = words


async def test_uploaded_questions_are_asked_from_then_on() -> None:
    golden = GoldenSet(file=None, uploaded=Kept())
    assert list(await golden.questions()) == []
    assert await golden.keep("golden.yaml", YAML) == 2
    assert [one.question for one in await golden.questions()] == ["How much?", "When?"]


async def test_a_file_of_the_config_counts_alone(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_bytes(YAML)
    golden = GoldenSet(file=file, uploaded=Kept())
    assert len(await golden.questions()) == 2
    with pytest.raises(BadInput, match=r"are in own\.yaml, which config\.toml names"):
        await golden.keep("golden.yaml", YAML)
    file.unlink()
    with pytest.raises(BadInput, match="There is no file"):
        await golden.questions()


BOMB = b"a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nquestions:\n  - question: *b\n"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"questions: []", "There must be a list"),
        (b"\xff\xfe\x00", "not a text in UTF-8"),
        (b"questions: [", "This is not YAML"),
        (b"questions:\n  - question: a\n    must_sing: true\n", "unknown key must_sing"),
        (BOMB, "without aliases"),
        (b"[" * 3000, "nested too deeply|not YAML"),
        (b"#" * 1_000_001, "too large"),
    ],
)
async def test_what_is_wrong_is_said_and_the_old_ones_stay(data: bytes, why: str) -> None:
    kept = Kept()
    golden = GoldenSet(file=None, uploaded=kept)
    await golden.keep("golden.yaml", YAML)
    with pytest.raises(BadInput, match=why):
        await golden.keep("golden.yaml", data)
    assert kept.text == YAML.decode()
