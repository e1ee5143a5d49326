#!/usr/bin/env bash
# Every check, in one command. Goes on after a failure, so that one run shows all; pytest comes last.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=.venv/bin/python
product=(domain brain ticketing reports desk bots store web sandbox wiring commands scripts settings.py run.py)
failed=()

step() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed+=("$name")
}

step "ruff check" "$python" -m ruff check .
step "ruff format" "$python" -m ruff format --check .
step "mypy --strict" "$python" -m mypy --strict "${product[@]}"
step "import layers" .venv/bin/lint-imports --config pyproject.toml --no-logo
# shellcheck disable=SC2086  # several arguments may be given
step "pytest" "$python" -m pytest -rs ${PYTEST_ARGS:--n 2 --dist loadfile}

if [ ${#failed[@]} -gt 0 ]; then
    printf 'Failed: %s\n' "$(IFS=,; echo "${failed[*]}")"
    exit 1
fi
