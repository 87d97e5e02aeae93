"""Pictures for the demo, drawn by the program: one module a scene, shared brushes, each marked as an example."""
