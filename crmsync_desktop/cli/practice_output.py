"""Records of the practice orgs as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from crmsync_desktop.cli.errors import printable
from crmsync_desktop.cli.output import console, escape
from crmsync_desktop.ports.practice import PracticeRecord, PracticeType

_NOTHING: tuple[object, ...] = ("", 0, False, {})
_PLAIN: dict[str, tuple[object, ...]] = {
    "nth": (1,), "every": (1,), "count": (1,), "chance": (1,), "truncate_to": (-1,), "stale_seconds": (-1,),
}  # fmt: skip
"""What a fault says of these where nothing else was ordered."""
COLUMN_WIDTH = 15
AROUND = 18 + 10 + 16 + 6
"""Characters a column wants, and those that id, actor and time take. What doesn't fit is left out; JSON has it all."""


def show_types(types: Sequence[PracticeType]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("object")
    table.add_column("records", justify="right")
    table.add_column("what it is")
    for each in types:
        table.add_row(escape(each.name), f"{each.count:,}", escape(each.plural))
    console.print(table)


def show_records(columns: Sequence[str], records: Sequence[PracticeRecord], total: int, offset: int) -> None:
    room = console.width - AROUND
    shown = columns[: max(2, room // COLUMN_WIDTH)]
    widest = max(COLUMN_WIDTH, room // max(1, len(shown)) - 2)
    table = Table(box=None, pad_edge=False)
    table.add_column("id", no_wrap=True, min_width=max((len(each.id) for each in records), default=2))
    for name in shown:
        table.add_column(
            name, overflow="ellipsis", no_wrap=True, min_width=min(len(name), COLUMN_WIDTH), max_width=widest
        )
    table.add_column("changed by", no_wrap=True, min_width=10)
    table.add_column("at (UTC)", no_wrap=True, min_width=16)
    for each in records:
        values = (escape(each.values.get(name) or "") for name in shown)
        table.add_row(each.id, *values, each.changed_by, _moment(each.changed_at)[:16])
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


def show_faults(faults: Sequence[Mapping[str, Any]]) -> None:
    """Each fault with what was ordered of it; what it leaves at its default is left out."""
    table = Table(box=None, pad_edge=False)
    for heading in ("system", "hits", "met", "what"):
        table.add_column(heading, justify="right" if heading in ("hits", "met") else "left", overflow="fold")
    for fault in faults:
        ordered = {name: value for name, value in fault.items() if name not in ("system", "seen", "hits")}
        what = ", ".join(
            f"{name}={value}" for name, value in ordered.items() if value not in _PLAIN.get(name, _NOTHING)
        )
        table.add_row(fault["system"], str(fault["hits"]), str(fault["seen"]), escape(what))
    if faults:
        console.print(table)
    else:
        console.print("No faults are on order.")


def call_line(call: Mapping[str, Any]) -> str:
    """One request: when, whom, what, how it ended, what it cost of the limit, bytes in and out, milliseconds."""
    address = call["path"] + (f"?{call['query']}" if call["query"] else "")
    when = datetime.fromtimestamp(call["at"], UTC).strftime("%H:%M:%S")
    told = (
        f"{when} {call['system']:<10} {call['status']} {call['method']:<6} {printable(address)}  [{call['endpoint']}] "
        f"cost {call['cost']}, {call['bytes_in']:,} in, {call['bytes_out']:,} out, {call['seconds'] * 1000:.1f} ms"
    )
    for name in ("asked", "answered"):
        if call.get(name):
            told += f"\n    {name}: {printable(call[name])}"
    return told


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
