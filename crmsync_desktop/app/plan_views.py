"""What screens and terminals show of plans and undos (P1, P2). As app/views.py: frozen values, no behaviour."""

from __future__ import annotations

from typing import Literal

import msgspec

from crmsync_desktop.app.views import PassView
from crmsync_desktop.domain.records import Side

PlanState = Literal["kept", "applied", "gone"]


class PlanView(msgspec.Struct, frozen=True):
    """A preview and what became of it. `state`: "kept" can be applied; "applied" was (by the pass `applied_by`); "gone" isn't
    kept any more. `settings_changed`: settings or mappings are others by now than when it was made."""

    number: int
    state: PlanState
    made: PassView
    writes: int
    applied_by: int | None
    settings_changed: bool


class FieldLeftView(msgspec.Struct, frozen=True):
    """A field and why it wasn't written; the property "" stands for the whole record."""

    property: str
    why: str


class RecordLeftView(msgspec.Struct, frozen=True):
    """A record of which something was left as it is. `op`: create, update, delete, or "" for an undo."""

    pair: str
    side: Side
    object: str
    record_id: str
    label: str
    op: str
    fields: tuple[FieldLeftView, ...]


class ApplyView(msgspec.Struct, frozen=True):
    """A plan that was carried out: the pass that did it, and what of the plan had moved since."""

    number: int
    result: PassView
    moved: tuple[RecordLeftView, ...]
    settings_changed: bool


class UndoView(msgspec.Struct, frozen=True):
    """An undo, or its preview: the pass, and what it leaves as it is. `links` that the undone pass made stay."""

    of: int
    result: PassView
    left: tuple[RecordLeftView, ...]
    links: int
