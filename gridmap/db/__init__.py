"""The store: engines, tables, queries per noun, migrations; nothing here decides, nothing commits."""
