"""What screens and terminals show of one record and why it is as it is (P3). As app/views.py: frozen values."""

from __future__ import annotations

import msgspec

from crmsync_desktop.app.views import ErrorView, FieldChangeView
from crmsync_desktop.domain.records import Side


class WhyRecordView(msgspec.Struct, frozen=True):
    """A record as it is known. `presence`: live, deleted, unseen. `state`: a sentence on where it stands. `edited_at`: when
    it was last edited by others, as its side says; "" where that isn't known."""

    side: Side
    object: str
    id: str
    label: str
    presence: str
    state: str
    edited_at: str


class WhyEventView(msgspec.Struct, frozen=True):
    """One write, done or not, of the record's history. `occasion`: why its pass ran. `op` and `state` as in ChangeView."""

    pass_id: int
    at: str
    occasion: str
    side: Side
    object: str
    record_id: str
    op: str
    state: str
    reason: str
    fields: tuple[FieldChangeView, ...]
    note: str


class WhyFieldView(msgspec.Struct, frozen=True):
    """One field of a linked pair of records. Values are "" where blank; a base is what its side held when both last agreed,
    None where they never did. `decision`: what the next pass would do about it, and why."""

    property: str
    salesforce_field: str
    rule: str
    salesforce: str | None
    hubspot: str | None
    base_salesforce: str | None
    base_hubspot: str | None
    decision: str


class WhyView(msgspec.Struct, frozen=True):
    """What is known of a record. `headline` is one sentence; `link` how its two records belong together; `facts` what
    decides about it (settings, lists, holds); `decisions` what the next pass would do about it; `would` what would make
    it sync, or sync anew. `looked`: where it was looked for, if it isn't known. `actions`: what workflow actions did for it,
    or are to do, the newest first."""

    asked: str
    known: bool
    headline: str
    pair: str
    records: tuple[WhyRecordView, ...]
    link: str
    facts: tuple[str, ...]
    decisions: tuple[str, ...]
    would: tuple[str, ...]
    errors: tuple[ErrorView, ...]
    history: tuple[WhyEventView, ...]
    field: WhyFieldView | None = None
    looked: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
