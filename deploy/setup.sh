#!/bin/sh
# Usage: deploy/setup.sh run|test
# Makes .venv hold what requirements.lock says, and looks for what Python cannot bring.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}
python=${PYTHON:-python3}
venv=.venv/bin/python

say() { printf '%s\n' "$*" >&2; }
stop() { say "$@"; exit 1; }

# Shows the output of a command only when the command fails. What apt starts must not keep the lock.
quietly() {
    mkdir -p var
    if "$@" >var/setup.log 2>&1 </dev/null 9>&-; then return 0; fi
    tail -n 20 var/setup.log >&2
    return 1
}

have_apt() { command -v apt-get >/dev/null; }
is_root() { [ "$(id -u)" = 0 ]; }

apt_command() {
    if have_apt; then
        sudo=$(is_root || echo "sudo ")
        printf '%s' "${sudo}apt-get update && ${sudo}apt-get install -y $*"
    else
        printf "your system's packages of %s" "$*"
    fi
}

apt_install() {
    have_apt && is_root || return 1
    say "Installing $* with apt"
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get update && quietly apt-get -o DPkg::Lock::Timeout=300 \
        install -y --no-install-recommends "$@"
}

check_python() {
    command -v "$python" >/dev/null ||
        apt_install python3 python3-venv ||
        stop "Python 3.11 or newer is needed. Install it: $(apt_command python3 python3-venv)"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        stop "Python 3.11 or newer is needed, and $python is" \
            "$("$python" -V 2>/dev/null || echo "not one that starts")." \
            "Name another: make $purpose PYTHON=python3.12"
    "$python" -c 'import ensurepip, venv' 2>/dev/null && return
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    apt_install "$package" || apt_install python3-venv ||
        stop "$python cannot make virtual environments. Install what it lacks: $(apt_command "$package")"
}

# uv comes by its own hash from the lock, through pip; everything else through uv.
fill_venv() {
    say "Installing the Python packages of requirements.lock into .venv"
    rm -rf .venv
    quietly "$python" -m venv .venv || stop "Could not make .venv with $python."
    sed -n '/^uv==/,/[^\\]$/p' requirements.lock >.venv/uv.lock
    quietly "$venv" -m pip install --disable-pip-version-check --require-hashes -r .venv/uv.lock ||
        stop "Could not install uv."
    sync_venv
}

sync_venv() {
    quietly "$venv" -m uv pip sync --python "$venv" --require-hashes requirements.lock ||
        stop "Could not install the Python packages."
    printf '%s\n' "$wanted" >.venv/lock-installed
}

prepare_venv() {
    # A moved or copied .venv does not work, so the stamp holds its place too.
    wanted="$(sha256sum <requirements.lock) $PWD"
    installed=$(cat .venv/lock-installed 2>/dev/null || true)
    "$venv" -c '' 2>/dev/null || installed=
    if [ "$python" != python3 ] && [ "$("$python" -V)" != "$("$venv" -V 2>/dev/null)" ]; then
        installed=
    fi
    [ "$installed" = "$wanted" ] && return
    if [ "${installed#*  - }" = "$PWD" ]; then
        say "Bringing .venv to what requirements.lock says"
        sync_venv
    else
        check_python
        fill_venv
    fi
}

libraries_present() {
    "$venv" - <<'PYTHON'
import ctypes
for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"):
    ctypes.CDLL(name)
PYTHON
}

check_libraries() {
    libraries_present 2>/dev/null && return
    set -- libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
    if apt_install "$@" && libraries_present; then return; fi
    stop "WeasyPrint needs Pango and HarfBuzz to write letters. Install them: $(apt_command "$@")"
}

have_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
have_redis() { command -v redis-server; }
have_clamd() { command -v clamd || ls /usr/sbin/clamd; }
have_nginx() { command -v nginx || ls /usr/sbin/nginx; }
have_postgres() { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; }

# The suite does without these: it skips what needs them, and fails instead when CI=true.
check_servers() {
    set --
    have_browser >/dev/null || set -- "$@" chromium
    have_redis >/dev/null || set -- "$@" redis-server
    have_nginx >/dev/null 2>&1 || set -- "$@" nginx-light
    have_clamd >/dev/null 2>&1 || set -- "$@" clamav-daemon
    command -v pdfsig >/dev/null || set -- "$@" poppler-utils
    have_postgres >/dev/null 2>&1 || set -- "$@" postgresql
    [ $# = 0 ] || apt_install "$@" ||
        say "Tests that need $* are skipped, or fail when CI=true. To run them: $(apt_command "$@")"
}

# Two terminals may start at once: the second waits for the first.
if command -v flock >/dev/null; then
    exec 9<requirements.lock
    flock 9
fi
prepare_venv
check_libraries
if [ "$purpose" = test ]; then check_servers; fi
