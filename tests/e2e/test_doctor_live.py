"""The doctor against the stand-ins: real SDKs, right and wrong tokens."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import settings
from commands.doctor import Finding, State, language_model, platforms, storage
from sandbox.server import Sandbox
from wiring.demo import Stands, demo_settings, stands


@pytest.fixture
async def made() -> AsyncIterator[tuple[Stands, Sandbox]]:
    people = stands()
    async with Sandbox(stands=people.all(), page=False) as sandbox:
        yield people, sandbox


def read(made: tuple[Stands, Sandbox], folder: Path, **environment: str) -> settings.Settings:
    people, sandbox = made
    whole = demo_settings(people, sandbox, data_dir=folder, mode="connect", llm="gemini")
    return whole.model_copy(update={"environment": {**whole.environment, **environment}})


def states(findings: list[Finding]) -> Mapping[str, Any]:
    return {one.area: one.state for one in findings}


async def test_every_platform_that_answers_is_well(made: tuple[Stands, Sandbox], tmp_path: Path) -> None:
    found = await platforms(read(made, tmp_path))
    assert states(found) == dict.fromkeys(("slack", "telegram", "discord"), State.OK), found


@pytest.mark.parametrize(
    ("variable", "bot"),
    [("SLACK_BOT_TOKEN", "slack"), ("TELEGRAM_TOKEN", "telegram"), ("DISCORD_TOKEN", "discord")],
)
async def test_a_wrong_token_is_named_with_what_to_do(
    made: tuple[Stands, Sandbox], tmp_path: Path, variable: str, bot: str
) -> None:
    wrong = "700001:n0t-this" if bot == "telegram" else "n0t-this"
    found = {one.area: one for one in await platforms(read(made, tmp_path, **{variable: wrong}))}
    assert found[bot].state is State.FAULT
    assert "token" in found[bot].todo.lower()
    assert wrong not in found[bot].todo
    assert {one.state for area, one in found.items() if area != bot} == {State.OK}


async def test_gemini_is_asked_whether_it_knows_the_model(
    made: tuple[Stands, Sandbox], tmp_path: Path
) -> None:
    assert states(await language_model(read(made, tmp_path))) == {"gemini": State.OK}
    wrong = await language_model(read(made, tmp_path, GEMINI_API_KEY="wrong"))
    assert states(wrong) == {"gemini": State.FAULT}


async def test_a_private_database_can_be_started_where_none_is_configured(
    made: tuple[Stands, Sandbox], tmp_path: Path
) -> None:
    assert (await storage(read(made, tmp_path))).state is State.OK


async def test_an_address_that_is_no_database_is_a_fault(
    made: tuple[Stands, Sandbox], tmp_path: Path
) -> None:
    found = await storage(read(made, tmp_path, MONGODB_URI="postgres://here"))
    assert found.state is State.FAULT
    assert "MONGODB_URI" in found.todo
