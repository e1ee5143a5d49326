"""The app's manifest asks for what the adapter needs, explains it, and offers what people see."""

import re
from pathlib import Path

import yaml

from bots.slack.channel import SCOPES
from bots.slack.oauth import SCOPES as ASKED
from desk.assistant import PROMPTS
from sandbox.slack_panes import COMMANDS
from sandbox.slack_web import SCOPES as GRANTED

PATH = Path(__file__).parents[2] / "bots" / "slack" / "manifest.yaml"
MANIFEST = yaml.safe_load(PATH.read_text())


def test_every_permission_that_is_needed_is_asked_for() -> None:
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) >= SCOPES


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


def test_other_workspaces_are_asked_for_the_same() -> None:
    assert list(ASKED) == MANIFEST["oauth_config"]["scopes"]["bot"]


def test_the_stand_in_grants_what_the_manifest_asks_for() -> None:
    assert set(GRANTED.split(",")) == set(MANIFEST["oauth_config"]["scopes"]["bot"])
