"""The command that tells what is known of a record, and why it is as it is (P3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from crmsync_desktop.app.facade import Facade
from crmsync_desktop.app.views import ErrorView
from crmsync_desktop.app.why_views import WhyEventView, WhyFieldView, WhyView
from crmsync_desktop.cli import output
from crmsync_desktop.cli.session import AsJson, Connection, OnPractice, on


def why(
    record: Annotated[str, typer.Argument(help="Its address in either CRM, its id, or an e-mail address.")],
    field: Annotated[str | None, typer.Option(help="Only this HubSpot property: its values, rule and history.")] = None,
    name: Connection = None,
    practice: OnPractice = False,
    as_json: AsJson = False,
) -> int:
    """Tell what is known of a record, what was decided about it and by which rule, and what would make it sync."""

    async def work(facade: Facade) -> int:
        found = await facade.why(record, field)
        if as_json:
            output.as_json(found)
        else:
            _show(found)
        return 0 if found.known else 1

    return on(name, practice, work)


def _show(found: WhyView) -> None:
    say = output.console.print
    say(f"[bold]{output.escape(found.headline)}[/]")
    _list("Looked for", found.looked)
    for record in found.records:
        label = output.escape(record.label)
        edited = f", last edited {record.edited_at}" if record.edited_at else ""
        say(f"  {record.side.label} {record.object} {record.id} · {label}: {record.state}{edited}")
    if found.link:
        say(f"  {output.escape(found.link)}")
    _list("What decides", found.facts)
    if found.field is not None:
        _show_field(found.field)
    else:
        _list("The next pass", found.decisions)
    _list("Errors and notices", [_error(error) for error in found.errors])
    _list("What would make it sync", found.would)
    _list("Workflow actions", found.actions)
    _show_history(found.history)


def _error(error: ErrorView) -> str:
    ignored = f" (ignored since {error.ignored_at}: {error.ignored_why})" if error.ignored_at else ""
    return f"{error.side.label}{f' {error.field}' if error.field else ''}: {error.message}{ignored}"


def _list(heading: str, lines: Sequence[str]) -> None:
    if lines:
        output.console.print(f"[bold]{heading}[/]")
    for line in lines:
        output.console.print(f"  {output.escape(line)}")


def _show_field(field: WhyFieldView) -> None:
    lines = [f"rule: {field.rule}"]
    for label, value, base in (
        (f"Salesforce {field.salesforce_field}", field.salesforce, field.base_salesforce),
        (f"HubSpot {field.property}", field.hubspot, field.base_hubspot),
    ):
        lines.append(f"{label} holds {_value(value)}; when both last agreed: {_value(base)}")
    _list(field.property, [*lines, f"The next pass: {field.decision}"])


def _value(value: str | None) -> str:
    return "what isn't known" if value is None else f"“{value}”" if value else "nothing"


def _show_history(history: Sequence[WhyEventView]) -> None:
    if history:
        output.console.print("[bold]History, the newest first[/]")
    for event in history:
        what = f"{event.op} {event.side.label} {event.object} {event.record_id}".strip()
        occasion = f"pass {event.pass_id}, {event.occasion}" if event.occasion else f"pass {event.pass_id}"
        line = f"  {event.at} ({output.escape(occasion)}) {what}: {event.state}; {output.escape(event.reason)}"
        output.console.print(line + (f" ({output.escape(event.note)})" if event.note else ""))
        for field in event.fields:
            change = f"{output.escape(repr(field.old))} → {output.escape(repr(field.new))}"
            output.console.print(f"      {field.field}: {change}  ({output.escape(field.reason)})")
