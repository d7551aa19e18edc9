#!/usr/bin/env bash
# Makes .venv ready: bash tools/environment.sh runtime|dev|bench
# Installs what requirements/lock says (hashes checked) and this tree's packages, editable. Does nothing when nothing changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
level=${1:?runtime, dev or bench}
venv=.venv

say() { printf 'sizao: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
  if [ -n "${PYTHON:-}" ]; then
    new_enough "$PYTHON" || fail "PYTHON=$PYTHON does not run, or is older than Python 3.11"
    echo "$PYTHON"; return
  fi
  local name
  for name in python3.13 python3.12 python3.11 python3; do
    if new_enough "$name"; then echo "$name"; return; fi
  done
  fail "Python 3.11 or newer is needed and none was found. On Debian: apt-get install python3 python3-venv"
}

make_venv() {
  local python version
  python=$(find_python)
  if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      say "$python has no venv module: installing $version"
      { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$version"; } >&2 </dev/null ||
        fail "could not install $version; install it by hand and try again"
    else
      fail "$python has no venv module. On Debian: apt-get install $version"
    fi
  fi
  say "making $venv with $("$python" --version)"
  "$python" -m venv --clear "$venv" || fail "could not make $venv with $python"
}

# What the stamp stands for: the locks, this tree's package descriptions and the interpreter.
fingerprint() { { cat "${locks[@]}" "${projects[@]}"; "$venv/bin/python" -VV; printf '%s\n' "${projects[@]}"; } | sha256sum | cut -d' ' -f1; }

if ! new_enough "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then make_venv; fi
# The lock for 3.11 also serves 3.12: it holds the same releases and the few backports that an older Python needs.
lock=$("$venv/bin/python" -c 'import sys; print("py313" if sys.version_info >= (3, 13) else "py311")')
case $level in
  runtime) locks=("requirements/lock/$lock-runtime.txt") ;;
  dev) locks=("requirements/lock/$lock-dev.txt") ;;
  bench) locks=("requirements/lock/$lock-dev.txt" "requirements/lock/$lock-bench.txt") ;;
  *) fail "unknown level $level: runtime, dev or bench" ;;
esac
projects=(libs/common/pyproject.toml services/*/pyproject.toml)

exec 9>"$venv/.sizao-lock"
flock 9 2>/dev/null || true
stamp=$venv/.sizao-$level
wanted=$(fingerprint)
[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || exit 0

say "installing $level packages"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
for file in "${locks[@]}"; do
  "$venv/bin/python" -m pip install --quiet --require-hashes -r "$file" || fail "the packages of $file could not be installed (see above)"
done
editable=()
for file in "${projects[@]}"; do editable+=(--editable "$(dirname "$file")"); done
"$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --no-index "${editable[@]}" ||
  fail "this tree's own packages could not be installed (see above)"
echo "$wanted" >"$stamp"
say "ready: $venv"
