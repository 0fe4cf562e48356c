#!/bin/sh
# Makes .venv from a lock file, or says at once that it is there already:  tools/environment.sh demo|dev
# Uses uv when it is on PATH, else `python3 -m venv` and pip. Names what is missing, with the command that installs it.
set -eu
cd "$(dirname "$0")/.."
lock=requirements/$1.txt
venv=.venv
stamp=$venv/.installed-$1
python=$venv/bin/python

fail() { printf 'environment: %s\n  %s\n' "$1" "$2" >&2; exit 1; }

# What the environment was made from. The whole text is compared, so no checksum program is needed; the folder is in
# it because an environment that was moved or copied does not work.
wanted() { pwd; cat "$lock" pyproject.toml tools/environment.sh; cat "$venv/pyvenv.cfg" 2>/dev/null || :; }

installer_of() { # the command that installs $1 (apt name) or $2 (brew name) here
    if command -v apt-get >/dev/null 2>&1; then echo "run: sudo apt install $1"
    elif [ "$(uname)" = Darwin ]; then echo "run: $2"
    else echo "install $1 with the package manager of this machine"; fi
}

serves() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2])' >/dev/null 2>&1; }

has_venv() { "$1" -c 'import venv, ensurepip' >/dev/null 2>&1; }

find_python() { # the first that serves and has its venv module; else the first that serves, so that it can be named
    first=
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$name" >/dev/null 2>&1 && serves "$name"; then
            if has_venv "$name"; then command -v "$name"; return; fi
            first=${first:-$(command -v "$name")}
        fi
    done
    echo "$first"
}

command -v git >/dev/null 2>&1 || fail "git is missing" "$(installer_of git 'xcode-select --install')"

if [ -x "$python" ] && [ -f "$stamp" ] && wanted | cmp -s - "$stamp"; then exit 0; fi

if [ -e "$venv" ] && ! serves "$python"; then
    echo "environment: $venv does not run a Python >= 3.11 any more; making it anew" >&2
    rm -rf "$venv"
fi
# An environment whose scripts name another folder was copied or moved here: its commands would run the other one.
if [ -f "$venv/.folder" ] && [ "$(cat "$venv/.folder")" != "$(pwd)" ]; then
    echo "environment: $venv was made in another folder; making it anew" >&2
    rm -rf "$venv"
fi

found=$(find_python)
if command -v uv >/dev/null 2>&1; then
    [ -x "$python" ] || uv venv --quiet --python "${found:->=3.11}" "$venv" </dev/null
    install() { uv pip install --quiet --python "$python" "$@" </dev/null; }
else
    [ -n "$found" ] || fail "no Python >= 3.11 was found (looked for python3, python3.11 to python3.14)" \
        "$(installer_of 'python3 python3-venv' 'brew install python')"
    if [ ! -x "$python" ]; then
        version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        has_venv "$found" || fail "$found has no venv module" \
            "$(installer_of "python$version-venv" 'brew install python')"
        "$found" -m venv "$venv" || { rm -rf "$venv"; fail "$found -m venv failed" "see its words above"; }
    fi
    "$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null
    install() { "$python" -m pip install --quiet --disable-pip-version-check --no-input "$@" </dev/null; }
fi

pwd >"$venv/.folder"
echo "environment: installing $lock into $venv (once; later runs start at once)" >&2
install --require-hashes -r "$lock" || fail "$lock could not be installed" "is the network there? then run the same command again"
install --no-build-isolation --no-deps -e . || fail "flyteops itself could not be installed" "see the words above"
wanted >"$stamp"
