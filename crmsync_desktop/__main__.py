"""The entry point: no arguments open the window, anything else is the command line.

Nothing heavy is imported at the top: the engine's process imports this module too.
"""

from __future__ import annotations

import sys


def main() -> int:
    if len(sys.argv) == 1:
        from crmsync_desktop.cli.errors import told

        with told() as status:
            from crmsync_desktop.bootstrap import run_window

            status.code = run_window(None)
        return status.code
    from crmsync_desktop.cli import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
