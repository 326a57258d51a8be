"""What screens and terminals show: frozen values, no behaviour. Times are ISO 8601 UTC; texts are plain text.

The window's process imports these and nothing heavier, so this module depends on msgspec and the domain's words alone.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from crmsync_desktop.app.error_views import AutoRetryView
from crmsync_desktop.domain.mapping import PairKind, Rule
from crmsync_desktop.domain.records import Category, Side


class ConnectionView(msgspec.Struct, frozen=True):
    """`state`: "ready", "paused", "attention" (see `notice`), "busy elsewhere"."""

    name: str
    practice: bool
    salesforce_url: str
    hubspot_url: str
    salesforce_account: str
    hubspot_account: str
    state: str
    notice: str = ""


class TallyView(msgspec.Struct, frozen=True):
    side: Side
    pair: str
    created: int
    updated: int
    deleted: int
    linked: int
    held: int
    failed: int


class PassView(msgspec.Struct, frozen=True):
    """One pass, running or past. `state`: running, done, stopped, cancelled, crashed. `calls` by side."""

    id: int
    preview: bool
    state: str
    reason: str
    started_at: str
    finished_at: str | None
    tallies: tuple[TallyView, ...]
    calls: dict[str, int]
    message: str = ""


class ProgressView(msgspec.Struct, frozen=True):
    """A running pass. `phase`: "reading", "matching", "planning", "writing", "settling". `total` 0: not known yet.
    `rate`: records a second over the last few seconds; `seconds_left` None: can't be told."""

    pass_id: int
    preview: bool
    phase: str
    done: int
    total: int
    rate: float
    seconds_left: float | None
    detail: str = ""


class MeterView(msgspec.Struct, frozen=True):
    """S1. `limit` and `used_by_all` are the org's own word (None: not known yet); `forecast` is a ready sentence."""

    used: int
    allocation: int
    left: int
    limit: int | None
    used_by_all: int | None
    forecast: str
    room_at: str | None


class HubSpotMeterView(msgspec.Struct, frozen=True):
    """S3. Burst window and day, as the portal's headers say; None where it hasn't said."""

    used: int
    window_used: int
    window_limit: int
    day_used: int | None
    day_limit: int | None


class HourView(msgspec.Struct, frozen=True):
    """One bar of the last 24 hours: calls by (side, pair or purpose)."""

    hour: str
    salesforce: int
    hubspot: int
    parts: tuple[tuple[str, int], ...]
    """("Salesforce · contacts · read", 12), largest first: what a hover shows."""


class ErrorCardView(msgspec.Struct, frozen=True):
    """S4. `records`: those that have the `errors`. Notices tell without being errors; what is ignored counts among neither."""

    category: Category
    title: str
    errors: int
    records: int
    notices: int = 0
    ignored: int = 0


class StatusView(msgspec.Struct, frozen=True):
    """The first glance: is it well, how much is left, what needs me."""

    connection: ConnectionView
    headline: str
    """"In sync", "Syncing", "Paused", "Waiting for calls", "Needs attention", "Not synced yet"."""
    tone: Literal["good", "busy", "quiet", "attention", "bad"]
    links: dict[str, int]
    salesforce: MeterView
    hubspot: HubSpotMeterView
    hours: tuple[HourView, ...]
    cards: tuple[ErrorCardView, ...]
    """All categories that the window shows, those with nothing wrong included."""
    conflicts: int
    paused: bool
    running: ProgressView | None
    last_pass: PassView | None
    next_pass_at: str | None
    notice: str = ""
    """Something a person must know: database moved aside, keyring locked, allocation reached. Empty: nothing."""
    errors: int = 0
    """Records' errors that are open now, notices and ignored ones left out: what the cards add up to."""
    notices: int = 0
    ignored: int = 0
    retry: AutoRetryView | None = None
    """The next automatic retry; None where nothing is to be tried."""
    plan_waiting: int | None = None
    """The pass whose plan waits for a person's word (P7); `notice` says why."""


class ErrorView(msgspec.Struct, frozen=True):
    """One error of one record. `ignored_at`: since when it is ignored, "" if it isn't; `ignored_why`: the reason given."""

    id: int
    pair: str
    side: Side
    object: str
    record_id: str
    label: str
    field: str
    message: str
    first_at: str
    last_at: str
    count: int
    notice: bool
    ignored_at: str = ""
    ignored_why: str = ""


class ErrorGroupView(msgspec.Struct, frozen=True):
    """Errors with one root cause, or notices."""

    category: Category
    code: str
    message: str
    hint: str
    count: int
    records: tuple[ErrorView, ...]
    """At most 50, unless more were asked for; `count` says how many there are."""
    notice: bool = False


class ConflictView(msgspec.Struct, frozen=True):
    """P4: a two-way field that both sides edited. `id` is what a person types to settle it: "1204.jobtitle". `newer`: the
    side whose edit is newer, None if that can't be told; `why`: by what. `settled`: decided, written by the next pass."""

    id: str
    pair: str
    property: str
    label: str
    salesforce_object: str
    salesforce_id: str
    hubspot_id: str
    salesforce: str
    hubspot: str
    base_salesforce: str
    base_hubspot: str
    since: str
    newer: Side | None
    why: str
    settled: bool


class SettledView(msgspec.Struct, frozen=True):
    """The conflicts that were decided, and how to have it always decided like that ("" where no rule does)."""

    ids: tuple[str, ...]
    offer: str


class ChoiceView(msgspec.Struct, frozen=True):
    value: str
    label: str
    consequence: str = ""
    """One line on what this choice leads to, shown under it when chosen."""


class SettingView(msgspec.Struct, frozen=True):
    """One setting in the seed's words. `kind` "choice" has `choices`, "number" has `minimum` and `maximum`, a "switch" is
    "on" or "off", a "currency" an ISO code or ""."""

    key: str
    """As `settings get/set` take it: "contacts.on_salesforce_change"."""
    section: str
    title: str
    help: str
    kind: Literal["choice", "number", "list", "switch", "currency"]
    value: str
    choices: tuple[ChoiceView, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    warning: str = ""
    link: tuple[str, str] | None = None
    """(label, address) of a page in the CRM that belongs to this setting, to be opened in the browser."""


class PairView(msgspec.Struct, frozen=True):
    """A pair and its switch (O1). `objects`: "Account ⇄ company". `always`: it has no switch. `needs`: what it does without
    as things stand, "" for nothing."""

    name: str
    objects: str
    on: bool
    always: bool
    links: int
    mappings: int
    """How many of its mappings sync as things are."""
    needs: str = ""
    kind: PairKind = PairKind.OBJECT


class FieldView(msgspec.Struct, frozen=True):
    """A field that can be chosen in a mapping. `object` "contacts", "Contact", "Lead"."""

    object: str
    name: str
    label: str
    type: str


class NewPropertyView(msgspec.Struct, frozen=True):
    """A HubSpot property that would be made (M5). `type` is HubSpot's own word, "enumeration/select". `options`: (value,
    label)."""

    object: str
    name: str
    label: str
    type: str
    group: str
    options: tuple[tuple[str, str], ...]


class MappingView(msgspec.Struct, frozen=True):
    """One row of the mappings table. `problem` stops it from syncing (field gone, types don't fit), `warning` tells of
    loss. `examples` are (Salesforce value, HubSpot value) of a real record, "" where there is none."""

    property: str
    property_label: str
    property_type: str
    salesforce: dict[str, str]
    salesforce_label: str
    salesforce_type: str
    rule: Rule
    rules: tuple[Rule, ...]
    """The rules that may be chosen (a read-only field leaves fewer)."""
    builtin: bool
    problem: str = ""
    warning: str = ""
    examples: tuple[str, str] = ("", "")
    values: tuple[tuple[str, str], ...] = ()
    """(HubSpot's value, Salesforce's) where the two name the same thing differently."""


class LikeView(msgspec.Struct, frozen=True):
    """One of two records that may be the same. `address`: its e-mail address, or a company's domain; "" without one.
    `linked`: it is linked to a record of the other system."""

    side: Side
    object: str
    id: str
    name: str
    address: str
    linked: bool


class DuplicateView(msgspec.Struct, frozen=True):
    """Two records that are likely the same. `score`: 0–100, how likely. `doubt`: the sync itself can't tell which of them to
    link, and links neither or one."""

    score: int
    reason: str
    one: LikeView
    other: LikeView
    doubt: bool


class DuplicatesView(msgspec.Struct, frozen=True):
    """Likely duplicates, best first. `compared`: records looked at; `total`: duplicates found, of which `duplicates` are the
    first. `notice`: what a person must know of the report, "" for nothing."""

    pair: str
    compared: int
    total: int
    duplicates: tuple[DuplicateView, ...]
    notice: str = ""


class FieldChangeView(msgspec.Struct, frozen=True):
    field: str
    old: str
    new: str
    reason: str


class ChangeView(msgspec.Struct, frozen=True):
    """One write of a pass. `op`: create, update, delete, link. `state`: planned, sent, done, failed, unknown, dropped."""

    row: int
    pair: str
    side: Side
    object: str
    record_id: str
    label: str
    op: str
    state: str
    reason: str
    fields: tuple[FieldChangeView, ...]
    note: str = ""


# Events: pushed by the engine, each kind coalesced to at most ten a second.


class CallMade(msgspec.Struct, frozen=True, tag=True):
    """A call went out: the meters as they stand now."""

    side: Side
    used: int
    left: int | None
    window_used: int | None = None


class PassProgress(msgspec.Struct, frozen=True, tag=True):
    progress: ProgressView


class PassFinished(msgspec.Struct, frozen=True, tag=True):
    result: PassView


class Changed(msgspec.Struct, frozen=True, tag=True):
    """Something that screens show has changed: "status", "errors", "settings", "mappings", "passes", "connections", "imports"."""

    kinds: tuple[str, ...]


class Notice(msgspec.Struct, frozen=True, tag=True):
    """`level`: "info", "warning", "error"."""

    level: str
    title: str
    detail: str = ""
    hint: str = ""


Event = CallMade | PassProgress | PassFinished | Changed | Notice
