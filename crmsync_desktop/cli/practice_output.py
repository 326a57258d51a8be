"""Records of the practice orgs as tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table

from crmsync_desktop.cli.output import console, escape
from crmsync_desktop.ports.practice import PracticeRecord, PracticeType

SHOWN_COLUMNS = 6
"""More don't fit beside id, actor and time in a terminal; JSON has them all."""


def show_types(types: Sequence[PracticeType]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("object")
    table.add_column("records", justify="right")
    table.add_column("what it is")
    for each in types:
        table.add_row(escape(each.name), f"{each.count:,}", escape(each.plural))
    console.print(table)


def show_records(columns: Sequence[str], records: Sequence[PracticeRecord], total: int, offset: int) -> None:
    shown = columns[:SHOWN_COLUMNS]
    table = Table(box=None, pad_edge=False)
    table.add_column("id", no_wrap=True, min_width=18 if any(len(each.id) > 10 for each in records) else 6)
    for name in shown:
        table.add_column(name, overflow="fold")
    table.add_column("changed by", overflow="fold")
    table.add_column("at (UTC)", overflow="fold")
    for each in records:
        values = (escape(each.values.get(name) or "") for name in shown)
        table.add_row(each.id, *values, each.changed_by, _moment(each.changed_at))
    if records:
        console.print(table)
    last = offset + len(records)
    told = f"{offset + 1:,} to {last:,} of {total:,}" if records else f"none of {total:,}"
    console.print(f"Records: {told}")


def show_record(record: PracticeRecord) -> None:
    state = record.state if not record.successor else f"{record.state} into {record.successor}"
    console.print(f"[bold]{escape(record.name)}[/] · {escape(record.type)} {record.id} · {state}")
    console.print(f"Changed by {record.changed_by}, {_moment(record.changed_at)} UTC")
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in record.values.items():
        table.add_row(escape(name), escape(value or ""))
    console.print(table)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
