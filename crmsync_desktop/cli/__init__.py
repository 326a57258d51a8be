"""The command line: the same facade as the window's, for terminals and machines (P8)."""

from __future__ import annotations


def run() -> int:
    """Run the command in sys.argv and give its exit status: 0 all well, 1 some records in error, 2 could not run."""
    from crmsync_desktop.cli.errors import told

    with told() as status:
        from crmsync_desktop.cli.commands import app  # takes a moment, in which Ctrl+C may come

        status.code = app(prog_name="crmsync-desktop", standalone_mode=False) or 0
    return status.code
