"""Views made from the memory: pure functions from rows to what screens show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync_desktop.app.views import (
    ChangeView,
    ErrorCardView,
    ErrorGroupView,
    ErrorView,
    FieldChangeView,
    HourView,
    MeterView,
    PassView,
    TallyView,
)
from crmsync_desktop.domain.kept_plan import NEW
from crmsync_desktop.domain.members import parse
from crmsync_desktop.domain.planner import FieldChange
from crmsync_desktop.domain.records import Cell, Side
from crmsync_desktop.domain.remedies import CARDS, TITLES
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.ports.budget import Usage
from crmsync_desktop.ports.store import Entry, ErrorCard, ErrorRow, PassRow

SHOWN_RECORDS = 50
LOOKUPS = frozenset({"associatedcompanyid", "associations.companies", "associations.contacts"})
"""Properties whose values are ids of other records, or members."""


def pass_view(row: PassRow) -> PassView:
    return PassView(
        id=row.id,
        preview=row.preview,
        state=row.state.value,
        reason=row.reason,
        started_at=row.started_at,
        finished_at=row.finished_at,
        tallies=tuple(
            TallyView(t.side, t.pair, t.created, t.updated, t.deleted, t.linked, t.held, t.failed) for t in row.tallies
        ),
        calls=dict(row.calls),
        message=row.message,
    )


def cards(found: Sequence[ErrorCard]) -> tuple[ErrorCardView, ...]:
    """Every card, in the order shown, quiet ones included."""
    counts = {card.category: (card.errors, card.records, card.notices, card.ignored) for card in found}
    return tuple(ErrorCardView(category, TITLES[category], *counts.get(category, (0, 0, 0, 0))) for category in CARDS)


def error_groups(rows: Iterable[ErrorRow], shown: int = SHOWN_RECORDS) -> list[ErrorGroupView]:
    """By root cause: errors before notices, the one that hits most records first; with `shown` of their records."""
    groups: dict[tuple[str, str, bool, str], list[ErrorRow]] = {}
    for row in rows:
        groups.setdefault((row.code, row.field, row.notice, _cause(row)), []).append(row)
    views = [_group(members, shown) for members in groups.values()]
    return sorted(views, key=lambda view: (view.notice, -view.count, view.code))


def _cause(row: ErrorRow) -> str:
    """One cause, one group: messages that name the record's own value differ from record to record."""
    return "" if row.field or row.notice else row.message


def _group(members: list[ErrorRow], shown: int) -> ErrorGroupView:
    first = members[0]
    same = all(member.message == first.message for member in members)
    message = first.message if same else f"{_readable(first.code)}{f': {first.field}' if first.field else ''}"
    return ErrorGroupView(
        category=first.category,
        code=first.code,
        message=message,
        hint=first.hint,
        count=len(members),
        notice=first.notice,
        records=tuple(error_view(member) for member in members[:shown]),
    )


_PLAIN = {
    "JSON_PARSER_ERROR": "Not a value of the field's type",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "Not on the list of accepted values",
}
"""Codes that say nothing to whom they are shown."""


def _readable(code: str) -> str:
    return _PLAIN.get(code) or (code.replace("_", " ").capitalize() if code else "Other")


def error_view(row: ErrorRow) -> ErrorView:
    return ErrorView(
        row.id,
        row.pair,
        row.side,
        row.object,
        row.record_id,
        row.label,
        row.field,
        row.message,
        row.first_at,
        row.last_at,
        row.count,
        row.notice,
        row.ignored_at,
        row.ignored_why,
    )


def change_view(entry: Entry) -> ChangeView:
    return ChangeView(
        row=entry.row,
        pair=entry.pair,
        side=entry.side,
        object=entry.object,
        record_id=entry.record_id or "",
        label=entry.label,
        op=entry.op.value,
        state=entry.state.name.lower(),
        reason=entry.reason,
        fields=tuple(
            FieldChangeView(change.field, _text(change, change.old), _text(change, change.new), change.reason)
            for change in entry.changes
        ),
        note=entry.note,
    )


def _text(change: FieldChange, cell: Cell) -> str:
    """As people read it: members by name of id and role, parents that are still to be made as such."""
    if not cell or change.property not in LOOKUPS:
        return cell or ""
    members = [f"{id} ({role})" if role else id for id, role in parse(cell).items()]
    return ", ".join(f"new, from {id.removeprefix(NEW)}" if id.startswith(NEW) else id for id in members)


def meter(
    usage: Usage, allocation: int, limit: int | None, used_by_all: int | None, now: float, hour: int
) -> MeterView:
    """S1. `hour`: calls of the last hour, which the forecast goes by."""
    left = max(allocation - usage.used, 0)
    return MeterView(
        used=usage.used,
        allocation=allocation,
        left=left,
        limit=limit,
        used_by_all=used_by_all,
        forecast=_forecast(left, usage, hour, now),
        room_at=stamp(usage.room_at) if usage.room_at else None,
    )


def _forecast(left: int, usage: Usage, hour: int, now: float) -> str:
    if left == 0:
        return "The allocation is used up. Passes wait until calls leave the 24-hour window."
    if usage.used == 0 or hour == 0:
        return "No calls in the last hour."
    hours = left / hour
    if hours >= 24:
        return "At this pace the allocation lasts all day."
    whole, minutes = int(hours), int(hours * 60) % 60
    return f"At this pace the allocation lasts another {whole} h {minutes:02d} min."


def hours(rows: Iterable[tuple[int, Side, str, str, int]], now: float) -> tuple[HourView, ...]:
    """The last 24 hours, oldest first, hours without calls included."""
    current = int(now // 3600 * 3600)
    buckets: dict[int, list[tuple[Side, str, str, int]]] = {current - back * 3600: [] for back in range(23, -1, -1)}
    for hour, side, pair, purpose, calls in rows:
        if hour in buckets:
            buckets[hour].append((side, pair, purpose, calls))
    return tuple(_hour(hour, parts) for hour, parts in buckets.items())


def _hour(hour: int, parts: list[tuple[Side, str, str, int]]) -> HourView:
    named: dict[str, int] = {}
    for side, pair, purpose, calls in parts:
        name = " · ".join(part for part in (side.label, pair, purpose) if part)
        named[name] = named.get(name, 0) + calls
    return HourView(
        hour=stamp(hour),
        salesforce=sum(calls for side, _, _, calls in parts if side is Side.SALESFORCE),
        hubspot=sum(calls for side, _, _, calls in parts if side is Side.HUBSPOT),
        parts=tuple(sorted(named.items(), key=lambda part: -part[1])),
    )
