"""Ways out to people: one module for each provider, and none of them knows the store."""
