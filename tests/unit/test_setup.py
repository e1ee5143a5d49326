"""What the set-up says and does about system packages, with a pretended apt."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRETENDED = {
    "apt-get": 'echo "apt-get $*" >>"$CALLS"; case "$*" in *update*) exit 0;; esac; exit "${APT_STATUS:-0}"',
    "apt-cache": 'echo "Package: $2"',
    "sudo": 'shift; "$@"',
    "ldconfig": "echo libcurl.so.4 libssl.so.3",
    "id": "echo 0",
}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with the script, and programs that only write down that they were called."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (tmp_path / ".cache").mkdir()
    for name, body in PRETENDED.items():
        (programs / name).write_text(f"#!/bin/bash\n{body}\n")
        (programs / name).chmod(0o755)
    for name in ("bash", "cat", "grep", "find", "env"):
        found = next(path for folder in ("/usr/bin", "/bin") if (path := Path(folder, name)).exists())
        (programs / name).symlink_to(found)
    return tmp_path


def look(machine: Path, **environment: str) -> tuple[str, list[str]]:
    """What is said, and what apt was asked."""
    calls = machine / "calls"
    calls.write_text("")
    script = (
        f'set -euo pipefail; say() {{ echo "$*"; }}; . {ROOT}/scripts/system_packages.sh; system_packages'
    )
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=machine,
        env={"PATH": str(machine / "bin"), "HOME": str(machine), "CALLS": str(calls), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout, calls.read_text().splitlines()


def test_what_is_missing_is_installed_where_that_is_allowed(machine: Path) -> None:
    words, calls = look(machine)
    assert "Installing tesseract-ocr with apt" in words
    assert [call for call in calls if "chromium" in call]
    assert not [call for call in calls if "libcurl" in call]


def test_without_permission_it_says_what_is_missing_and_what_is_skipped(machine: Path) -> None:
    words, calls = look(machine, DESKMATE_NO_APT="1")
    assert "Missing: chromium. Without it, the tests of the sandbox page are skipped." in words
    assert "sudo apt-get install tesseract-ocr" in words
    assert calls == []


def test_a_package_that_could_not_be_installed_is_not_tried_at_every_call(machine: Path) -> None:
    words, first = look(machine, APT_STATUS="100")
    assert "Missing: chromium" in words
    assert [call for call in first if "install" in call]
    words, second = look(machine, APT_STATUS="100")
    assert "Missing: chromium" in words
    assert second == []
