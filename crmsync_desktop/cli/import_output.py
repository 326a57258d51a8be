"""How imports look in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from crmsync_desktop.app.import_views import ImportCountView, ImportDoneView, ImportItemView, ImportView, ListCheckView
from crmsync_desktop.app.views import ChangeView
from crmsync_desktop.cli.duplicate_commands import show_duplicates
from crmsync_desktop.cli.output import console, counted, escape, show_changes
from crmsync_desktop.domain.records import Side

_SHOWN = 20


def show_count(found: ImportCountView) -> None:
    if found.notice:
        console.print(escape(found.notice))
    how = " (by the Bulk API)" if found.bulk else ""
    console.print(
        f"{counted(found.records, 'record', 'records')} of {escape(found.object)}, with {escape(found.pair)}. "
        f"Reading them: {counted(found.reading, 'Salesforce call', 'Salesforce calls')}{how}; {found.left:,} are left. "
        f"Writing them, if all are new: {counted(found.writing, 'HubSpot call', 'HubSpot calls')}."
    )
    if found.room:
        console.print(f"The allocation doesn't carry that now. {escape(found.room)}")


def show_check(found: ListCheckView) -> None:
    if found.column:
        console.print(f"Column: {escape(found.column)}")
    if found.notice:
        console.print(escape(found.notice))
    repeated = f"; {found.repeated:,} came more than once" if found.repeated else ""
    console.print(
        f"{counted(found.entries, 'entry', 'entries')}: {counted(found.found, 'record', 'records')} of "
        f"{escape(found.object)} in Salesforce, {len(found.missing):,} without one{repeated}."
    )
    for entry in found.missing[:_SHOWN]:
        console.print(f"  {escape(entry.text)}: {escape(entry.why)}")
    if len(found.missing) > _SHOWN:
        console.print(f"  … and {len(found.missing) - _SHOWN:,} more: --json lists all")


def show_imports(found: Sequence[ImportView]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in (
        "import",
        "began",
        "object",
        "which",
        "state",
        "created",
        "matched",
        "updated",
        "unchanged",
        "skipped",
    ):
        table.add_column(heading)
    for each in found:
        counts = [f"{each.counts[name]:,}" for name in ("created", "matched", "updated", "unchanged", "skipped")]
        cells = (str(each.number), each.begun_at, escape(each.object), escape(each.source), each.state)
        table.add_row(*cells, *counts)
    console.print(table if found else "Nothing was imported yet. Look at what would be: import preview OBJECT")
    for each in found:
        if each.message:
            console.print(f"Import {each.number}: {escape(each.message)}")


def show_done(done: ImportDoneView, changes: Sequence[ChangeView], where: str) -> None:
    if done.notice:
        console.print(escape(done.notice))
    imported = done.imported
    preview = done.result.preview
    would = "would be " if preview else ""
    counts = imported.counts
    console.print(
        f"{'Preview' if preview else 'Import'} {imported.number} of {escape(imported.object)}: "
        f"{counts['created']:,} {would}created, {counts['matched']:,} {would}matched with what HubSpot has, "
        f"{counts['updated']:,} {would}updated, {counts['unchanged']:,} unchanged, {counts['skipped']:,} skipped."
    )
    if counts["pending"]:
        console.print(f"{counts['pending']:,} are still to be dealt with.")
    calls = " · ".join(f"{Side(name).label} {count:,}" for name, count in done.result.calls.items())
    console.print(f"Calls: {calls}")
    if done.result.message:
        console.print(escape(done.result.message))
    _show_skipped(done.skipped, counts["skipped"], imported.number, where)
    show_changes(changes)
    if done.likely:
        console.print(f"[bold]Possible duplicates:[/] {done.likely:,}")
        show_duplicates(done.duplicates[:_SHOWN])
    if preview:
        cost = " and ".join(f"{count:,} {Side(name).label}" for name, count in done.calls.items())
        console.print(f"Nothing was written. To import them, for about {cost} calls: import resume {imported.number}{where}", markup=False)  # fmt: skip
    elif imported.state == "done":
        console.print(f"What became of each: import report {imported.number} FILE.xlsx{where}", markup=False)
    else:
        console.print(f"It is {imported.state}. To go on: import resume {imported.number}{where}", markup=False)


def _show_skipped(skipped: Sequence[ImportItemView], count: int, number: int, where: str) -> None:
    if skipped:
        console.print("[bold]Skipped:[/]")
    for item in skipped[:_SHOWN]:
        name = f" {escape(item.label)}" if item.label else ""
        console.print(f"  {escape(item.salesforce_id)}{name}: {escape(item.reason)}")
    if count > _SHOWN:
        console.print(f"  … and {count - _SHOWN:,} more: import report {number} FILE.csv{where}", markup=False)
