#!/usr/bin/env bash
# Set up what `make demo` or `make test` needs: Debian packages, a virtual environment, Python packages.
# As root it installs; otherwise it prints the one line to run and ends.
set -euo pipefail
what=${1:?demo or test}
cd "$(dirname "$0")/.."

# A package is needed when its probe is not there.
packages=()
need() { local package=$1; shift; for probe in "$@"; do compgen -G "$probe" >/dev/null && return; done; packages+=("$package"); }
need libsqlite3-mod-spatialite '/usr/lib/*/mod_spatialite.so' '/usr/lib/mod_spatialite.so'
if [ "$what" = test ]; then
  need postgresql-common /usr/bin/pg_virtualenv
  need postgresql '/usr/lib/postgresql/*/bin/postgres'
  need postgresql-postgis '/usr/share/postgresql/*/extension/postgis.control'
  need chromium /usr/bin/chromium
  need fonts-noto-cjk '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'
fi

# Debian's own Python first: its sqlite3 can load SpatiaLite. Others may need pysqlite3 (see below).
python=${PYTHON:-}
if [ -z "$python" ]; then
  for candidate in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      python=$candidate
      break
    fi
  done
fi
[ -n "$python" ] || { echo "gridmap needs Python 3.11 or newer." >&2; exit 1; }
"$python" -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)

if [ ${#packages[@]} -gt 0 ]; then
  line="apt-get update && apt-get install -y --no-install-recommends ${packages[*]}"
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    printf 'Some system packages are missing. Run this once, then again what you ran:\n\n  sudo sh -c "%s"\n\n' "$line" >&2
    exit 1
  fi
  echo "installing: ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
pip() { .venv/bin/python -m pip --disable-pip-version-check --quiet "$@"; }
extras=vendor
[ "$what" = test ] && extras=vendor,test,lint,bench
.venv/bin/python -c 'import sqlite3, sys; sys.exit(not hasattr(sqlite3.Connection, "enable_load_extension"))' ||
  extras+=,pysqlite
echo "installing Python packages ($extras)"
pip install --constraint constraints.txt --editable ".[$extras]"
[ "$what" = test ] && touch .venv/.ready-demo
touch ".venv/.ready-$what"
