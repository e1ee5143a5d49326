"""The doctor names each fault and says what to do about it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import settings
from commands.doctor import Finding, State, probe, tokens, webhooks
from domain.errors import Misconfigured

BASE: Mapping[str, Any] = {
    "companies": [
        {
            "id": "parcelo",
            "name": "Parcelo",
            "slack": {},
            "telegram": [{}],
            "discord": [{}],
        }
    ]
}


def read(environment: Mapping[str, str], **tables: Any) -> settings.Settings:
    return settings.parse({**BASE, **tables}, path=Path("config.toml"), environment=environment)


def by_area(findings: Any) -> dict[str, Finding]:
    return {one.area: one for one in findings}


def test_a_platform_without_any_token_is_off_and_no_fault() -> None:
    found = by_area(tokens(read({})))
    assert {one.state for one in found.values()} == {State.OFF}
    assert "docs/telegram.md" in found["telegram secrets"].todo


def test_a_platform_with_half_its_tokens_is_a_fault_that_names_the_rest() -> None:
    found = by_area(tokens(read({"SLACK_BOT_TOKEN": "xoxb-secret", "SLACK_CHANNEL": "C1"})))
    assert found["slack secrets"].state is State.FAULT
    assert "SLACK_APP_TOKEN" in found["slack secrets"].todo
    assert "SLACK_BOT_TOKEN" not in found["slack secrets"].todo


def test_a_workspace_that_installs_by_a_link_needs_no_bot_token_but_a_public_address() -> None:
    own = {
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "s",
        "SLACK_APP_TOKEN": "a",
        "SLACK_CHANNEL": "C1",
    }
    made = read(own)
    assert by_area(tokens(made))["slack secrets"].state is State.OK
    assert by_area(webhooks(made))["webhooks"].state is State.FAULT
    half = by_area(tokens(read({**own, "SLACK_CHANNEL": ""})))["slack secrets"]
    assert (half.state, "SLACK_CHANNEL" in half.todo) == (State.FAULT, True)


def test_no_secret_is_ever_shown() -> None:
    shown = str([*tokens(read({"TELEGRAM_TOKEN": "123:very-secret", "GEMINI_API_KEY": "very-secret"}))])
    assert "very-secret" not in shown


@pytest.mark.parametrize(
    ("address", "state"), [("", State.FAULT), ("http://me", State.FAULT), ("https://me", State.OK)]
)
def test_webhooks_need_a_public_https_address(address: str, state: State) -> None:
    company = {**BASE["companies"][0], "telegram": [{"mode": "webhook"}]}
    found = by_area(webhooks(read({}, companies=[company], web={"public_url": address})))
    assert found["webhooks"].state is state


def test_polling_needs_no_public_address() -> None:
    assert [*webhooks(read({}))] == []


async def test_what_does_not_work_says_what_to_do() -> None:
    async def broken() -> str:
        raise Misconfigured("Telegram: the token is wrong; ask @BotFather for it.")

    found = await probe("telegram", broken)
    assert (found.state, found.todo) == (State.FAULT, "Telegram: the token is wrong; ask @BotFather for it.")


async def test_an_unexpected_error_is_a_finding_too() -> None:
    async def broken() -> str:
        raise KeyError("x")

    assert (await probe("telegram", broken)).state is State.FAULT
