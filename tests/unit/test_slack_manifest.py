"""The app's manifest asks for what the adapter needs, explains it, and offers what people see."""

import re
from pathlib import Path

import yaml

from bots.slack.channel import SCOPES as NEEDED
from bots.slack.scopes import EVENTS, METHODS, SCOPES
from desk.assistant import PROMPTS
from sandbox.slack_panes import COMMANDS
from sandbox.slack_web import SCOPES as GRANTED

PATH = Path(__file__).parents[2] / "bots" / "slack" / "manifest.yaml"
MANIFEST = yaml.safe_load(PATH.read_text())


def test_exactly_what_the_adapter_needs_is_asked_for() -> None:
    assert sorted(MANIFEST["oauth_config"]["scopes"]["bot"]) == list(SCOPES)
    assert set(SCOPES) >= NEEDED
    assert sorted(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == sorted(EVENTS)


def test_every_method_that_the_adapter_calls_says_what_it_needs() -> None:
    calls = re.compile(r"client\.([a-z]+(?:_[A-Za-z]+)+)\b")
    sources = [path.read_text() for path in PATH.parent.glob("*.py") if path.name != "scopes.py"]
    called = {name for source in sources for name in calls.findall(source)}
    assert called - {"retry_handlers"} == set(METHODS)


def test_nothing_is_asked_for_without_a_reason() -> None:
    lines = PATH.read_text().split("\n")
    start = next(number for number, line in enumerate(lines) if line.strip() == "bot:")
    explained = False
    for line in lines[start + 1 :]:
        if not line.startswith("      "):
            break
        if line.strip().startswith("#"):
            explained = True
        elif not re.search(r"groups:read", line):
            assert explained, line
            explained = "channels:read" in line
    assert MANIFEST["settings"]["token_rotation_enabled"] is False


def test_every_command_is_offered_and_described() -> None:
    offered = {one["command"]: one["description"] for one in MANIFEST["features"]["slash_commands"]}
    assert set(offered) == {name for name, _ in COMMANDS}
    assert all(offered.values())


def test_the_assistant_suggests_the_same_questions_wherever_it_is_opened() -> None:
    prompts = MANIFEST["features"]["agent_view"]["suggested_prompts"]
    assert tuple((one["title"], one["message"]) for one in prompts) == PROMPTS


def test_the_texts_fit_slacks_limits() -> None:
    shown = MANIFEST["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4000
    assert [one["callback_id"] for one in MANIFEST["features"]["shortcuts"]] == ["kb_shortcut"]


def test_the_stand_in_grants_what_the_manifest_asks_for() -> None:
    assert set(GRANTED.split(",")) == set(MANIFEST["oauth_config"]["scopes"]["bot"])
