"""config.toml is read strictly: what is wrong is named."""

from pathlib import Path

import pytest

import settings
from brain.relevance import REFUSE_BELOW
from domain.errors import Misconfigured

ROOT = Path(__file__).parents[2]
COMPANY = '[[companies]]\nid = "acme"\nname = "Acme"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_the_shipped_config_is_valid_and_states_the_defaults(tmp_path: Path) -> None:
    shipped = settings.load(ROOT / "config.toml", {})
    bare = settings.load(write(tmp_path, COMPANY), {})
    tables = ["app", "mongodb", "chroma", "queue", "web", "models", "brain", "gemini", "knowledge", "tickets"]
    for name in [*tables, "retention", "digest"]:
        assert getattr(shipped, name) == getattr(bare, name), name


def test_the_shipped_threshold_is_the_one_that_is_measured(tmp_path: Path) -> None:
    assert settings.load(write(tmp_path, COMPANY), {}).brain.relevance == REFUSE_BELOW


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[app]\nwrokers = 3\n", "app.wrokers"),
        ('[web]\nport = "eighty"\n', "web.port"),
        ("[brain]\nrelevance = 7\n", "brain.relevance"),
        ("colour = 1\n", "colour"),
        ("root = 1\n", "root"),
    ],
)
def test_a_wrong_option_is_named_with_its_file(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        settings.load(write(tmp_path, text + COMPANY), {})
    assert named in str(caught.value)
    assert "config.toml" in str(caught.value)


def test_an_unknown_time_zone_is_explained(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no time zone"):
        settings.load(write(tmp_path, COMPANY + 'timezone = "Mars/Base"\n'), {})


def test_two_connections_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = '[[companies.telegram]]\nbot = "t"\n' * 2
    with pytest.raises(Misconfigured, match="used twice"):
        settings.load(write(tmp_path, COMPANY + twice), {})


def test_secrets_come_from_the_environment_or_a_file_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=from file\nB=file\n")
    loaded = settings.load(write(tmp_path, COMPANY), {"B": "environment"})
    assert (loaded.secret("A"), loaded.secret("B"), loaded.secret("C")) == ("from file", "environment", "")
    assert "environment" not in repr(loaded)


def test_a_broken_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="can't be read"):
        settings.load(write(tmp_path, "[app"), {})
    with pytest.raises(Misconfigured, match="no config file"):
        settings.load(tmp_path / "none.toml", {})


@pytest.mark.parametrize(
    ("address", "files"),
    [
        ("", "https://api.telegram.org/file/bot"),
        ('base_url = "http://127.0.0.1:9/bot"', "http://127.0.0.1:9/file/bot"),
        ('base_url = "http://127.0.0.1:9/bot/"', "http://127.0.0.1:9/file/bot"),
        ('base_url = "http://127.0.0.1:9"', "http://127.0.0.1:9/file/bot"),
        ('base_url = "http://127.0.0.1:9/bot"\nfile_base_url = "http://files/bot/"', "http://files/bot"),
    ],
)
def test_files_are_fetched_from_the_server_that_the_bot_uses(
    tmp_path: Path, address: str, files: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[[companies]]\nid = "acme"\nname = "Acme"\n[[companies.telegram]]\n{address}\n')
    [telegram] = settings.load(config, {}).company().telegram
    assert telegram.files == files
    assert telegram.base_url.endswith("/bot")


@pytest.mark.parametrize("platform", ["telegram", "discord"])
def test_two_bots_with_one_token_are_refused(tmp_path: Path, platform: str) -> None:
    one, two = (f'[[companies.{platform}]]\nbot = "{name}"\n' for name in ("one", "two"))
    with pytest.raises(Misconfigured, match=f"'{platform.upper()}_TOKEN' is used twice"):
        settings.load(write(tmp_path, COMPANY + one + two), {})
    other = two + 'token_env = "OTHER"\n'
    assert settings.load(write(tmp_path, COMPANY + one + other), {}).companies[0].id == "acme"
