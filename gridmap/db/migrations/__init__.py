"""The schema's history, for both engines; run by `gridmap init`."""
