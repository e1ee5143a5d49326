# What the system itself must offer. Read by setup.sh; installs with apt where it may, else says what is missing.
# Each row: how to see that it is there | Debian packages, the first that exists | what is skipped without it
system_table() {
    cat <<'ROWS'
library libcurl.so.4|libcurl4t64 libcurl4|the private MongoDB server does not start; set a MongoDB URI in config.toml instead
library libssl.so.3|libssl3t64 libssl3|the private MongoDB server does not start; set a MongoDB URI in config.toml instead
program tesseract|tesseract-ocr|scanned pages and photos of documents are refused, and their tests skipped
program chromium chromium-browser google-chrome|chromium|the tests of the sandbox page are skipped
font DejaVuSans.ttf|fonts-dejavu-core|pictures of the sandbox page may lack letters
font NotoColorEmoji.ttf|fonts-noto-color-emoji|emoji show as boxes in pictures of the sandbox page
ROWS
}

present() {
    local kind=$1 name
    shift
    for name in "$@"; do
        case $kind in
            library) [[ "$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null)" == *"$name"* ]] && return 0 ;;
            program) command -v "$name" >/dev/null && return 0 ;;
            font) [ -n "$(find /usr/share/fonts ~/.fonts ~/.local/share/fonts -name "$name" 2>/dev/null || true)" ] && return 0 ;;
        esac
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    [ -z "${DESKMATE_NO_APT:-}" ] && command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" >.cache/apt.log 2>&1
}

apt_update_once() {
    [ -n "${apt_updated:-}" ] && return
    apt_updated=1
    say "Asking apt for its current lists ..."
    as_root apt-get update -qq >.cache/apt.log 2>&1 || say "  apt-get update failed; going on with the lists there are."
}

# Installs the first of the candidates that apt knows; what failed once isn't tried at every call.
# Ubuntu's chromium is a stub for a snap: not that one.
apt_first() {
    local name known
    grep -qxF "$*" .cache/apt.failed 2>/dev/null && return 1
    apt_update_once
    for name in "$@"; do
        known=$(apt-cache show "$name" 2>/dev/null) || continue
        [[ "$known" == *snap* ]] && continue
        say "Installing $name with apt ..."
        apt_install "$name" && return 0
    done
    printf '%s\n' "$*" >>.cache/apt.failed
    return 1
}

system_packages() {
    local check candidates loss
    while IFS='|' read -r check candidates loss <&3; do
        # shellcheck disable=SC2086  # the words are meant to be split
        present $check && continue
        # shellcheck disable=SC2086
        may_install && apt_first $candidates && continue
        say "Missing: ${candidates##* }. Without it, $loss. (sudo apt-get install ${candidates##* })"
    done 3< <(system_table)
}

need_venv_module() {
    local version
    version=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    may_install && apt_first "$version" python3-venv && return
    stop "Python's venv module is missing. Install it with: sudo apt-get install $version"
}
