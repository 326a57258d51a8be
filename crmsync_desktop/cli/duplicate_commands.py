"""The command that lists likely duplicates (P6)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from crmsync_desktop import bootstrap
from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.views import DuplicatesView, DuplicateView, LikeView, PassView
from crmsync_desktop.cli import output
from crmsync_desktop.cli.errors import printable
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, on
from crmsync_desktop.domain.mapping import CONTACTS

SHOWN = 50
ALL = 100_000
CHEAP = 5_000
"""Records among which looking for duplicates takes no time that anybody notices."""
_LONGEST = 48
_HEADINGS = ("score", "reason", "ambiguous", *(
    f"{what} {number}" for number in (1, 2) for what in ("system", "object", "name", "address", "id", "linked")
))  # fmt: skip


def duplicates(
    pair: Annotated[str, typer.Argument(help="contacts or companies.")] = CONTACTS.name,
    name: Connection = None,
    practice: OnPractice = False,
    limit: Annotated[int | None, typer.Option(min=0, help=f"So many at most; {SHOWN} where they are shown.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write all of them into this file instead (.csv or .xlsx).")] = None,
    as_json: AsJson = False,
) -> int:
    """List records that are likely the same, in one system or across both. Nothing is changed."""
    most = limit if limit is not None else ALL if csv or as_json else SHOWN

    async def work(facade: Facade) -> int:
        with output.progress_of(facade, as_json):
            found = await facade.duplicates(pair, most)
        if csv is not None:
            written = bootstrap.sheets().write_table(csv, _HEADINGS, (_cells(each) for each in found.duplicates))
            if not as_json:
                print(f"{written:,} likely duplicates written to {printable(str(csv))}.")
        if as_json:
            output.as_json(found)
        else:
            _show(found, rows=csv is None)
        return 0

    return on(name, practice, work)


async def hint_at_duplicates(facade: Facade, preview: PassView, name: str | None, practice: bool) -> str:
    """What a first preview ends with, where that costs next to nothing; "" where it would cost more, or there are none."""
    records = sum(tally.created + tally.updated + tally.linked + tally.held for tally in preview.tallies)
    synced = any(not each.preview for each in await facade.passes(50))
    if preview.state != "done" or synced or records > CHEAP:
        return ""
    count = (await facade.duplicates(CONTACTS.name, 0)).total
    where = " --practice" if practice else f" --connection “{name}”" if name else ""
    return f"{count:,} likely duplicates: see crmsync-desktop duplicates{where}" if count else ""


def _show(found: DuplicatesView, rows: bool) -> None:
    if found.notice:
        output.console.print(output.escape(found.notice))
    if not rows:
        return
    show_duplicates(found.duplicates)
    more = found.total - len(found.duplicates)
    rest = f"; {more:,} more: --limit or --csv" if more else ""
    output.console.print(f"{found.total:,} likely duplicates among {found.compared:,} {found.pair}{rest}.")


def show_duplicates(found: Sequence[DuplicateView]) -> None:
    for each in found:
        output.console.print(f"[bold]{each.score:>3}[/]  {output.escape(each.reason)}")
        output.console.print(_table((each.one, each.other)))


def _table(likes: Sequence[LikeView]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 0, 0, 2), pad_edge=True)
    for _ in ("", "system", "object", "id", "name", "address", "linked"):
        table.add_column(overflow="fold")
    for each in likes:
        address = "" if each.address == each.name else each.address
        cells = (each.object, each.id, _short(each.name), _short(address), "linked" if each.linked else "not linked")
        table.add_row("", each.side.label, *cells)
    return table


def _short(text: str) -> str:
    shown = printable(text)
    return output.escape(shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…")


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _cells(each: DuplicateView) -> list[str]:
    cells = [str(each.score), each.reason, _yes(each.doubt)]
    for like in (each.one, each.other):
        cells += [like.side.label, like.object, like.name, like.address, like.id, _yes(like.linked)]
    return cells
