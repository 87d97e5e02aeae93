"""Checks on real input: collected only where GRIDMAP_REAL_DATA names the folder (see `make real`)."""

from __future__ import annotations

import os

if not os.environ.get("GRIDMAP_REAL_DATA"):
    collect_ignore_glob = ["*"]
