"""Long simulations: collected only where they are asked for (`make soak` sets GRIDMAP_SOAK)."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("GRIDMAP_SOAK") else ["test_*.py"]
