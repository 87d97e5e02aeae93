"""The command `gridmap`, also as `python -m gridmap`: loads the command line and runs it."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command."""
    # All that is loaded stays: to look for garbage among it again and again took a sixth of the time to begin.
    gc.disable()
    from gridmap.cli import main as command  # noqa: PLC0415  (only now)

    gc.freeze()
    gc.enable()
    command(prog_name="gridmap")


if __name__ == "__main__":
    main()
