"""The store: engines, tables, queries per noun, migrations; nothing here decides, nothing commits."""

import gridmap.db.loop_models  # noqa: F401  (every table is known wherever one is)
