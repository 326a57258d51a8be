"""How workflow actions look on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from crmsync_desktop.app.action_views import ActionRuleView, ActionTrialView, FiringView
from crmsync_desktop.cli import output


def show_rules(rules: Sequence[ActionRuleView]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("no.", "rule", "on", "when", "then", "done", "waiting", "failed"):
        table.add_column(heading, overflow="fold")
    for each in rules:
        table.add_row(
            str(each.rule.number),
            output.escape(each.rule.name),
            "on" if each.rule.on else "off",
            output.escape(each.condition),
            output.escape(each.deed),
            f"{each.done:,}",
            f"{each.waiting:,}",
            f"{each.failed:,}",
        )
    if table.row_count:
        output.console.print(table)
    else:
        output.console.print("There are no rules yet. Make one: actions add NAME --object contacts …")


def show_rule(each: ActionRuleView) -> None:
    state = "on" if each.rule.on else "off"
    line = f"{each.rule.number} “{each.rule.name}” ({state}): when {each.condition}, {each.deed}."
    output.console.print(output.escape(line))
    if each.rule.on:
        output.console.print(f"It counts what happens from {each.rule.since} on.")


def show_firings(firings: Sequence[FiringView]) -> None:
    for each in firings:
        target = f", {each.target_object} {each.target_id}" if each.target_id else ""
        note = f" ({each.message})" if each.message else ""
        line = f"{each.number} “{each.rule}”: {each.reason} {each.state.capitalize()}{target}{note}"
        output.console.print(output.escape(line))
    if not firings:
        output.console.print("Nothing has fired.")


def show_trial(trial: ActionTrialView) -> None:
    times = output.counted(trial.total, "time", "times")
    line = f"“{trial.name}” would have fired {times} in the last {trial.days:,} days."
    output.console.print(output.escape(line))
    for row in trial.rows:
        output.console.print(output.escape(f"  {row.what}  (HubSpot {row.record_id})"))
    if trial.total > len(trial.rows):
        output.console.print(f"  … and {trial.total - len(trial.rows):,} more")
    for each in trial.unknown:
        output.console.print(output.escape(f"Not known: {each}"))
