"""After a night off, a pass says what piled up before it writes (P7)."""

from __future__ import annotations

from datetime import datetime

from crmsync_desktop.engine.context import Context
from crmsync_desktop.ports.store import PassState, Tally

NIGHT = 8 * 3600.0
"""Seconds without a pass after which it says so."""
LOOKED_AT = 50
"""Passes that are looked through for the last one that ran."""


def piled_up(context: Context) -> str:
    """What this plan writes, where the last pass is a night ago; "" else."""
    planned = [tally for tally in context.tallies.values() if tally.created or tally.updated or tally.deleted]
    away = _away(context) if planned else 0.0
    if away < NIGHT:
        return ""
    nouns = context.pair.name
    writes = "; ".join(f"{tally.side.label} gets {_counted(tally)}" for tally in planned)
    return f"The last pass was {away / 3600:.0f} hours ago. Of {nouns}, this has piled up: {writes}."


def _away(context: Context) -> float:
    """Seconds since the last pass that came to its end; 0 where there was none."""
    for row in context.store.passes(LOOKED_AT, context.pass_id):
        if not row.preview and row.state is PassState.DONE and row.finished_at:
            return context.clock.now() - datetime.fromisoformat(row.finished_at).timestamp()
    return 0.0


def _counted(tally: Tally) -> str:
    parts = [(tally.created, "new"), (tally.updated, "changed"), (tally.deleted, "deleted")]
    return ", ".join(f"{count:,} {what}" for count, what in parts if count)
