"""What a person at the command line is told."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import run
from brain.golden import read
from domain.errors import BadInput

RUNNER = CliRunner()


def test_the_help_names_every_command() -> None:
    told = RUNNER.invoke(run.app, ["--help"]).output
    commands = (
        "serve",
        "sandbox",
        "ingest",
        "ask",
        "convert",
        "report",
        "index",
        "eval",
        "doctor",
        "slack-link",
        "outbox",
    )
    assert [name for name in commands if name not in told] == []


@pytest.mark.parametrize(
    "command",
    [
        ["ask", "hi"],
        ["report"],
        ["serve"],
        ["index", "rebuild"],
        ["report", "rebuild"],
        ["report", "export", "out.json"],
        ["report", "import", "pyproject.toml"],
        ["eval"],
        ["doctor"],
        ["outbox"],
    ],
)
def test_a_config_that_is_not_there_is_one_line_and_status_2(command: list[str]) -> None:
    told = RUNNER.invoke(run.app, ["--config", "nowhere.toml", *command])
    assert told.exit_code == 2
    assert "There is no config file at nowhere.toml." in told.output
    assert "Traceback" not in told.output


def test_an_unknown_option_of_the_config_is_named(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[app]\nworkerz = 3\n[[companies]]\nid = "a"\nname = "A"\n')
    told = RUNNER.invoke(run.app, ["--config", str(config), "ask", "hi"])
    assert told.exit_code == 2
    assert "unknown option 'app.workerz'" in " ".join(told.output.split())


def test_nothing_to_ingest_is_said() -> None:
    told = RUNNER.invoke(run.app, ["ingest"])
    assert (told.exit_code, "Name a file" in told.output) == (2, True)


def test_files_are_converted_beside_themselves_and_what_failed_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Hours\n\nWe open at nine.\n")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    told = RUNNER.invoke(
        run.app, ["convert", "--to", "text", str(tmp_path / "notes.md"), str(tmp_path / "photo.png")]
    )
    assert told.exit_code == 2
    assert (tmp_path / "notes.md.txt").read_text() == "Hours\n\nWe open at nine.\n"
    assert "photo.png: “photo.png” is damaged and can't be opened." in " ".join(told.output.split())
    assert not (tmp_path / "photo.png.txt").exists()


def test_starting_the_command_line_loads_no_heavy_package() -> None:
    heavy = "{'torch', 'transformers', 'chromadb', 'discord', 'telegram', 'google.genai', 'matplotlib'}"
    code = f"import run, sys; print(sorted({heavy} & sys.modules.keys()))"
    root = Path(run.__file__).parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_golden_questions_that_cannot_be_read_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.yaml"):
        read(tmp_path / "nowhere.yaml")
    bad = tmp_path / "bad.yaml"
    bad.write_text("- wrong: 1\n")
    with pytest.raises(BadInput, match=r"bad\.yaml"):
        read(bad)


def test_the_link_for_a_workspace_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[[companies]]\nid = "acme"\nname = "Acme"\n[companies.slack]\n')
    command = ["--config", str(config), "slack-link", "acme"]
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    told = RUNNER.invoke(run.app, command)
    assert (told.exit_code, "SLACK_CLIENT_ID" in told.output) == (2, True)
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "shh")
    assert "web.public_url" in RUNNER.invoke(run.app, command).output
    config.write_text('[web]\npublic_url = "https://desk.example.com"\n' + config.read_text())
    told = RUNNER.invoke(run.app, command)
    assert told.output.startswith("https://desk.example.com/slack/install?invitation=acme.")
    assert "shh" not in told.output
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    assert "needs no link" in RUNNER.invoke(run.app, command).output
