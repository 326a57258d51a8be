"""What the plan of a chunk hangs on beside the records: who last edited a field in conflict, what a person decided about it,
and what was written lately.

Histories are asked for in batches, for the fields that are really in conflict (or that a person may have freed) and for no
others: a chunk without conflicts costs no call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from crmsync_desktop.domain.flapping import SECONDS, Flaps, Stroke
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.newest import By, Edit, Evidence
from crmsync_desktop.domain.planner import Doors, Look, plan_link
from crmsync_desktop.domain.records import UNSEEN, Cell, Presence, Side
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.settings import OnConflict
from crmsync_desktop.domain.values import close, stamp
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.gather import Gathered, couple_cells
from crmsync_desktop.engine.stamps import edited_at
from crmsync_desktop.ports.store import Known, Link, LinkState, Store

FORGIVEN = "flapping_forgiven"
"""The document that says from when on writes count (ISO 8601 UTC): somebody has mended it, and wants it tried again."""
Asked = dict[tuple[Side, str], dict[str, set[int]]]
"""(side, object) → record id → places."""


class Subject(msgspec.Struct, array_like=True):
    """A link whose records are both there, with what they hold."""

    link: Link
    salesforce: Known
    hubspot: Known
    s_cells: list[Cell]
    h_cells: list[Cell]

    @property
    def key(self) -> tuple[str, str]:
        return self.link.salesforce_id, self.link.hubspot_id

    def cells(self, side: Side) -> list[Cell]:
        return self.h_cells if side is Side.HUBSPOT else self.s_cells

    def id(self, side: Side) -> str:
        return self.link.hubspot_id if side is Side.HUBSPOT else self.link.salesforce_id


async def weigh(context: Context, gathered: Gathered) -> None:
    """Find out what this chunk's decisions hang on: fills `context.evidence` and `context.flaps`."""
    context.evidence.clear()
    links = [couple.link.link for couple in gathered.couples]
    context.flaps = Flaps(_lately(context, links))
    asked: Asked = {}
    disputed: dict[tuple[str, str], tuple[Subject, set[int]]] = {}
    for subject in _subjects(context, gathered):
        possible = _may_be_disputed(context, subject)
        if not possible and subject.link.link not in context.flaps.links:
            continue
        plan = plan_link(context.layout, *looks(context, subject), Doors(), OnConflict.NEWEST)
        if plan.disputed:
            disputed[subject.key] = subject, set(plan.disputed)
            for side in Side:
                _ask(context, asked, subject, side, plan.disputed)
        for side, changes in ((Side.SALESFORCE, plan.to_salesforce), (Side.HUBSPOT, plan.to_hubspot)):
            frozen = [c.place for c in changes if context.flaps.frozen(subject.link.link, side, c.property, c.new)]
            if frozen:
                disputed.setdefault(subject.key, (subject, set()))
                _ask(context, asked, subject, side, frozen)
    if disputed:
        found = {each: await _edits(context, *each, wanted) for each, wanted in asked.items()}
        for subject, places in disputed.values():
            _conclude(context, subject, places, found)


def looks(context: Context, subject: Subject) -> tuple[Look, Look]:
    """Both sides as the planner takes them."""
    link, salesforce, hubspot = subject.link, subject.salesforce, subject.hubspot
    dated = context.comparable(Side.HUBSPOT, edited_at(hubspot.version))
    return (
        Look(link.salesforce_object, edited_at(salesforce.version), subject.s_cells, link.base_salesforce),
        Look(context.pair.hubspot, dated, subject.h_cells, link.base_hubspot),
    )


def evidence_of(context: Context, link: Link) -> Evidence:
    return context.evidence.get((link.salesforce_id, link.hubspot_id)) or _settled(context, link)


def forget_flapping(store: Store, now: float) -> None:
    """Somebody has mended it: what was written until now (seconds since the epoch), to the second, no longer counts."""
    store.save_document(FORGIVEN, stamp(now + 1))


def _lately(context: Context, links: Sequence[int]) -> Iterator[Stroke]:
    since = max(stamp(context.clock.now() - SECONDS), context.store.document(FORGIVEN) or "")
    for entry in context.store.updates_since(links, since) if links else ():
        for change in entry.changes:
            yield Stroke(entry.link or 0, entry.side, change.property, change.new, change.old)


def _subjects(context: Context, gathered: Gathered) -> Iterator[Subject]:
    for couple in gathered.couples:
        salesforce, hubspot = couple.salesforce, couple.hubspot
        if salesforce is None or hubspot is None:
            continue
        if salesforce.presence is Presence.LIVE is hubspot.presence:
            yield Subject(couple.link, salesforce, hubspot, *couple_cells(couple))
    blank: list[Cell] = [UNSEEN] * len(context.layout.columns)
    for match in gathered.matching.matches:
        salesforce, hubspot = gathered.rows[match.salesforce], gathered.rows[match.hubspot]
        link = Link(0, context.pair.name, salesforce.object, salesforce.id, hubspot.id, LinkState.LIVE, blank, blank)
        yield Subject(link, salesforce, hubspot, salesforce.cells or blank, hubspot.cells or blank)


def _may_be_disputed(context: Context, subject: Subject) -> bool:
    """Whether any field could be: a quick look, since nearly none is."""
    link = subject.link
    both = zip(
        context.layout.columns, subject.s_cells, subject.h_cells, link.base_salesforce, link.base_hubspot, strict=True
    )
    for column, s, h, bs, bh in both:
        if s == h and column.plain:
            continue
        if column.rule is not Rule.TWO_WAY or column.kind is Kind.MEMBERS or s is UNSEEN or h is UNSEEN:
            continue
        based = bs is not UNSEEN and bh is not UNSEEN
        both_speak = (s != bs) == (h != bh) if based else (s is not None and h is not None)
        if both_speak and column.as_hubspot(s, subject.s_cells, subject.h_cells) != h:
            return True
    return False


def _ask(context: Context, asked: Asked, subject: Subject, side: Side, places: Iterable[int]) -> None:
    object = context.pair.hubspot if side is Side.HUBSPOT else subject.link.salesforce_object
    asked.setdefault((side, object), {}).setdefault(subject.id(side), set()).update(places)


async def _edits(context: Context, side: Side, object: str, wanted: dict[str, set[int]]) -> dict[str, dict[int, Edit]]:
    """By record id and place, with times as the other side's clock would have given them."""
    context.check_stop()
    names = context.layout.fields(side, object)
    places = {names[place]: place for places in wanted.values() for place in places if names[place]}
    if not places:
        return {}
    told = await context.crms[side].edits(context.want(side, object), sorted(wanted), sorted(places))
    return {
        id: {
            places[name]: Edit(context.comparable(side, edit.at), edit.by, edit.value)
            for name, edit in edits.items()
            if places[name] in wanted[id]
        }
        for id, edits in told.items()
        if id in wanted
    }


def _conclude(
    context: Context,
    subject: Subject,
    places: set[int],
    found: dict[tuple[Side, str], dict[str, dict[int, Edit]]],
) -> None:
    told: dict[Side, dict[int, Edit]] = {}
    for side in Side:
        object = context.pair.hubspot if side is Side.HUBSPOT else subject.link.salesforce_object
        edits = found.get((side, object), {}).get(subject.id(side), {})
        told[side] = {place: edit for place, edit in edits.items() if _is_of_now(context, subject, side, place, edit)}
        for place, edit in edits.items():
            if edit.by is By.PERSON and place not in places:
                property, cell = context.layout.columns[place].property, subject.cells(side)[place]
                context.flaps.edited_by_person(subject.link.link, side, property, cell)
    settled = _settled(context, subject.link).settled
    dated = [{place: edit for place, edit in told[side].items() if place in places} for side in Side]
    context.evidence[subject.key] = Evidence(dated[0], dated[1], settled)


def _is_of_now(context: Context, subject: Subject, side: Side, place: int, edit: Edit) -> bool:
    """Whether the history speaks of the value that the record holds: one that is no longer kept doesn't."""
    cell = subject.cells(side)[place]
    kind = context.layout.columns[place].kind
    return edit.value is UNSEEN or cell is UNSEEN or close(kind, edit.value, cell) or close(kind, cell, edit.value)


def _settled(context: Context, link: Link) -> Evidence:
    decided = context.settlements.get(link.link)
    if not decided:
        return Evidence()
    columns = {column.property: column.place for column in context.layout.columns}
    return Evidence(settled={columns[name]: each for name, each in decided.items() if name in columns})
