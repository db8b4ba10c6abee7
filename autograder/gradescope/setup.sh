#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the autograder's image.
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin"
root="${AUTOGRADER_ROOT:-/autograder}"
source="$root/source"
venv="$root/venv"

suits() {
    command -v "$1" >/dev/null &&
        "$1" -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

python=""
for one in python3.13 python3.12 python3.11 python3; do
    if suits "$one"; then python="$one"; break; fi
done
if [ -z "$python" ] || ! ldconfig -p | grep -q 'libseccomp\.so\.2'; then
    apt-get update -qq
    apt-get install -qq -y libseccomp2 >/dev/null
    for one in 3.13 3.12 3.11; do
        [ -n "$python" ] && break
        if apt-get install -qq -y "python$one" "python$one-venv" >/dev/null; then python="python$one"; fi
    done
fi
[ -n "$python" ] || { echo "no Python 3.11, 3.12 or 3.13 here: choose a newer base image" >&2; exit 1; }

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
# The CPU build of torch: a tenth of what the other weighs. Where it cannot be had, any will do.
torch="$(grep '^torch==' "$source/requirements.txt")"
"$venv/bin/pip" install --quiet --index-url "${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}" "$torch" ||
    echo "no CPU build of $torch there; taking the usual one"
"$venv/bin/pip" install --quiet --requirement "$source/requirements.txt"
"$venv/bin/pip" install --quiet --no-deps --force-reinstall "$source"/autograder-*.whl
while read -r name; do
    (cd "$source/course" && "$venv/bin/autograder" fetch "$name")
done <"$source/needs.txt"

# The second line of defence. A student's code runs in the sandbox, which opens nothing of this. And
# should it get out of that: it has lost root's capabilities, and these files are not root's.
chmod -R u=rwX,go= "$source"
if [ "$(id -u)" = 0 ]; then chown -R 65532:65532 "$source"; fi
