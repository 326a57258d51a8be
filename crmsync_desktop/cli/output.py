"""How answers look: tables and progress for a person, JSON for a machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
from rich import markup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from crmsync_desktop.app.error_views import AutoRetryView
from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.views import (
    ChangeView,
    ErrorCardView,
    Event,
    MappingView,
    NewPropertyView,
    Notice,
    PairView,
    PassProgress,
    PassView,
    SettingView,
    StatusView,
)
from crmsync_desktop.cli.errors import printable
from crmsync_desktop.domain.records import Side

T = TypeVar("T")
console = Console(highlight=False)
_PHASES = {"reading": "Reading", "planning": "Deciding", "writing": "Writing"}


def escape(text: str) -> str:
    """A text of somebody else's for the console: as it is, and nothing but text."""
    return markup.escape(printable(text))


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{count:,} {one if count == 1 else many}"


def as_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value)).decode() + "\n")
    sys.stdout.flush()


def answer(found: T, json: bool, show: Callable[[T], None]) -> None:
    """What was asked for, as JSON for a machine, or as `show` prints it for a person."""
    if json:
        as_json(found)
    else:
        show(found)


@contextmanager
def progress_of(facade: Facade, quiet: bool) -> Iterator[None]:
    """Progress of the running pass on standard error, where that is a terminal; what the pass has to say before it writes in
    any case."""
    if quiet:
        yield
        return
    if not sys.stderr.isatty():
        unsubscribe = facade.subscribe(_tell)
        try:
            yield
        finally:
            unsubscribe()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def hear(event: Event) -> None:
            _tell(event)
            if isinstance(event, PassProgress):
                now = event.progress
                description = _PHASES.get(now.phase, now.phase.capitalize())
                bar.update(task, description=description, completed=now.done, total=now.total or None)

        unsubscribe = facade.subscribe(hear)
        try:
            yield
        finally:
            unsubscribe()


def _tell(event: Event) -> None:
    if isinstance(event, Notice) and event.level == "info":
        print(printable(event.title), file=sys.stderr)


FEW = 4
"""Rows of a pass that are shown though nothing happened there: those of one or two pairs."""


def show_pass(result: PassView, changes: Sequence[ChangeView]) -> None:
    """What a pass did, or a preview would do."""
    table = Table(box=None, pad_edge=False)
    for heading in ("side", "pair", "created", "updated", "deleted", "linked", "held", "failed"):
        table.add_column(heading, justify="left" if heading in ("side", "pair") else "right")
    few = len(result.tallies) <= FEW
    for tally in result.tallies:
        counts = (tally.created, tally.updated, tally.deleted, tally.linked, tally.held, tally.failed)
        if few or any(counts):
            table.add_row(tally.side.label, tally.pair, *(f"{count:,}" for count in counts))
    if table.row_count:
        console.print(table)
    else:
        console.print("Nothing to do." if result.preview else "Nothing had changed.")
    calls = " · ".join(f"{Side(name).label} {count:,}" for name, count in result.calls.items())
    console.print(f"{'Preview' if result.preview else 'Pass'} {result.id} {result.state}; calls: {calls}")
    if result.message:
        console.print(escape(result.message))
    if result.preview:
        show_changes(changes)


def show_changes(changes: Sequence[ChangeView]) -> None:
    """Writes, field by field."""
    for change in changes:
        console.print(f"[bold]{change.op}[/] {change.side.label} {change.object}: {escape(change.label)}")
        for field in change.fields:
            console.print(
                f"    {field.field}: {escape(repr(field.old))} → {escape(repr(field.new))}  ({escape(field.reason)})"
            )


def show_status(status: StatusView) -> None:
    meter = status.salesforce
    console.print(
        f"[bold]{status.headline}[/] · {escape(status.connection.name)} · linked: "
        + ", ".join(f"{count:,} {pair}" for pair, count in status.links.items())
    )
    if status.notice:
        console.print(f"[yellow]{escape(status.notice)}[/]")
    limit = f" · limited by Salesforce to {meter.limit:,}" if meter.limit is not None else ""
    console.print(
        f"Salesforce calls, last 24 h: {meter.used:,} used of {meter.allocation:,} allocated, {meter.left:,} left{limit}"
    )
    console.print(f"HubSpot calls, last 24 h: {status.hubspot.used:,}")
    if status.conflicts:
        console.print(f"Conflicts that are held: {status.conflicts:,}. See them: conflicts")
    for words in filter(None, map(card_words, status.cards)):
        console.print(words)
    if not status.errors:
        console.print("No sync errors.")
    if status.retry is not None:
        console.print(retry_words(status.retry))
    if status.last_pass:
        console.print(f"Last pass: {status.last_pass.started_at}, {status.last_pass.state}")


def retry_words(retry: AutoRetryView) -> str:
    """When errors are tried again by themselves."""
    many = counted(retry.errors, "error is", "errors are")
    if retry.waits_for:
        return f"{many} tried again by themselves once {retry.waits_for}."
    return f"{many} tried again by the first pass of the schedule after {retry.at}."


def card_words(card: ErrorCardView) -> str:
    """What stands on a card; "" for one with nothing on it."""
    said: list[str] = []
    if card.errors:
        said.append(f"{counted(card.errors, 'error', 'errors')}, {counted(card.records, 'record', 'records')}")
    if card.notices:
        said.append(counted(card.notices, "notice", "notices"))
    if card.ignored:
        said.append(f"{card.ignored:,} ignored")
    return f"{card.title}: {'; '.join(said)}" if said else ""


def show_settings(settings: Iterable[SettingView]) -> None:
    warnings: list[str] = []
    table = Table(box=None, pad_edge=False)
    table.add_column("setting", no_wrap=True)
    table.add_column("value")
    table.add_column("what it is")
    for setting in settings:
        table.add_row(setting.key, escape(setting.value or "none"), escape(setting.title))
        if setting.warning:
            warnings.append(f"{setting.key}: {setting.warning}")
    console.print(table)
    for warning in warnings:
        console.print(escape(warning))


def show_pairs(pairs: Iterable[PairView]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("pair", "what it joins", "sync", "linked", "mappings", "remarks"):
        table.add_column(heading, justify="right" if heading in ("linked", "mappings") else "left")
    for pair in pairs:
        state = "always" if pair.always else "on" if pair.on else "off"
        table.add_row(
            pair.name, escape(pair.objects), state, f"{pair.links:,}", f"{pair.mappings:,}", escape(pair.needs)
        )
    console.print(table)


def show_new_property(made: NewPropertyView) -> None:
    where = f", in {made.group}" if made.group else ""
    console.print(f"HubSpot {made.object}: {escape(made.label)} ({made.name}), {made.type}{where}")
    for value, label in made.options:
        console.print(f"    {escape(value)}: {escape(label)}")


def show_mappings(mappings: Iterable[MappingView]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("HubSpot property", "Salesforce field", "rule", "remarks"):
        table.add_column(heading)
    for mapping in mappings:
        fields = ", ".join(f"{object}.{name}" for object, name in mapping.salesforce.items())
        remark = mapping.problem or mapping.warning
        table.add_row(escape(mapping.property), escape(fields), mapping.rule.label, escape(remark))
    console.print(table)
