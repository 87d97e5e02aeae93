"""Rules without I/O: codes, roles, categories, states, assignment, scope; the clock is an argument."""
