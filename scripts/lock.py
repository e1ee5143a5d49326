"""Write requirements.lock and requirements-dev.lock from what is installed in this environment.

Each ``.in`` file names what we import; its lock names that and everything below it, with exact versions.
Run after a deliberate upgrade: ``.venv/bin/python -m scripts.lock``.
"""

from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
HEAD = "# Exact versions of everything that {source} needs. Made by scripts/lock.py; don't edit.\n"


def wanted(path: Path) -> list[Requirement]:
    """The requirements of an ``.in`` file."""
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [Requirement(line) for line in lines if line]


def installed(requirement: Requirement) -> Distribution | None:
    """The installed package, or none if this platform has no need of it."""
    try:
        return distribution(requirement.name)
    except PackageNotFoundError:
        return None


def below(found: Distribution, extras: set[str]) -> list[Requirement]:
    """What an installed package needs here, with these extras."""
    needs = [Requirement(line) for line in found.requires or ()]
    environments = [{"extra": extra} for extra in extras or {""}]
    return [need for need in needs if not need.marker or any(map(need.marker.evaluate, environments))]


def closure(roots: list[Requirement]) -> dict[str, str]:
    """Canonical name -> version of the roots and all they need."""
    versions: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    queue = list(roots)
    while queue:
        requirement = queue.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        found = installed(requirement)
        if key in seen or not found:
            continue
        seen.add(key)
        versions[key[0]] = found.version.split("+")[0]  # "+cpu" is a build, not a version
        queue += below(found, {"", *requirement.extras})
    return versions


def write(path: Path, source: str, versions: dict[str, str]) -> None:
    """One ``name==version`` a line."""
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    path.write_text(HEAD.format(source=source) + "".join(lines))


def main() -> None:
    """Write both locks; the second holds only what the first doesn't."""
    product = closure(wanted(ROOT / "requirements.in"))
    tools = closure(wanted(ROOT / "requirements-dev.in"))
    write(ROOT / "requirements.lock", "requirements.in", product)
    extra = {name: version for name, version in tools.items() if name not in product}
    write(ROOT / "requirements-dev.lock", "requirements-dev.in", extra)


if __name__ == "__main__":
    main()
