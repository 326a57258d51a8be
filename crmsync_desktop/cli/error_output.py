"""How errors look: groups by cause in a terminal, lines in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from crmsync_desktop.app.error_views import ErrorLineView, PageView
from crmsync_desktop.app.views import ErrorGroupView, ErrorView, StatusView
from crmsync_desktop.cli.output import console, counted, escape, retry_words
from crmsync_desktop.domain.remedies import TITLES

HEADINGS = (
    "error", "kind", "card", "pair", "system", "object", "record id", "record", "field", "message", "what to do", "code",
    "first", "last", "times", "ignored since", "reason", "address",
)  # fmt: skip


def show_errors(groups: Iterable[ErrorGroupView], where: str) -> None:
    """By cause. `where`: what a suggested command takes to be about the same connection."""
    shown = False
    for group in groups:
        shown = True
        kind = counted(group.count, "notice", "notices") if group.notice else counted(group.count, "error", "errors")
        console.print(f"[bold]{TITLES[group.category]}[/] · {escape(group.message)} · {kind}")
        if group.hint:
            console.print(f"  What to do: {escape(group.hint)}")
        for error in group.records:
            console.print(f"  {_record(error, error.message != group.message)}")
        if more := group.count - len(group.records):
            console.print("  " + escape(f"… and {more:,} more: errors --category {group.category.value} --all{where}"))
    if not shown:
        console.print("No sync errors.")


def _record(error: ErrorView, with_message: bool) -> str:
    field = f" · {error.field}" if error.field else ""
    times = f" ({error.count:,} times)" if error.count > 1 else ""
    ignored = f" · ignored since {error.ignored_at}: {escape(error.ignored_why)}" if error.ignored_at else ""
    place = f"{error.side.label} {error.object} {error.record_id}"
    said = f": {escape(error.message)}" if with_message else ""
    return f"{error.id:>4}  {place} · {escape(error.label)}{field}{said}{times}{ignored}"


def show_ending(status: StatusView, ignored: bool, where: str) -> None:
    """What isn't listed, and what happens by itself."""
    if not ignored and status.ignored:
        console.print(escape(f"{status.ignored:,} more ignored: errors --ignored{where}"))
    if not ignored and status.retry is not None:
        console.print(retry_words(status.retry))


def show_pages(pages: Iterable[PageView]) -> None:
    for page in pages:
        console.print(f"{page.side.label}: {escape(page.url or page.why)}", soft_wrap=True)


def cells(line: ErrorLineView) -> list[str]:
    """One line of the export, under HEADINGS."""
    return [
        str(line.id),
        "notice" if line.notice else "error",
        line.title,
        line.pair,
        line.side.label,
        line.object,
        line.record_id,
        line.label,
        line.field,
        line.message,
        line.hint,
        line.code,
        line.first_at,
        line.last_at,
        str(line.count),
        line.ignored_at,
        line.ignored_why,
        line.url,
    ]
