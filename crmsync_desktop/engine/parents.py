"""Parents: a lookup's id of one side as the other's, through the links of the record that it points at (O2).

A missing parent waits: the record travels, the lookup doesn't, until its parent is linked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync_desktop.domain.kept_plan import NEW
from crmsync_desktop.domain.lifecycle import Fate
from crmsync_desktop.domain.mapping import CONTACTS, Pair, PairKind
from crmsync_desktop.domain.members import parse
from crmsync_desktop.domain.placing import NOT_LINKED, PEOPLE
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Op, Presence, Side
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.engine.activities import UNPLACED, is_activity
from crmsync_desktop.engine.context import Context
from crmsync_desktop.engine.gather import Gathered
from crmsync_desktop.engine.retry import MOST
from crmsync_desktop.ports.store import JournalState, Link, Store


class Parents:
    """Implements domain.layout.Translation for lookups of one pair's records. `load` asks for many at once; what wasn't
    loaded is asked for one by one. A parent without a link is asked for again in the next round."""

    waits = True

    @property
    def noun(self) -> str:
        return self._pair.noun

    def accepts(self, object: str) -> bool:
        """Whether such a lookup can point at a record of this Salesforce object."""
        return self._object in (None, object)

    def __init__(self, store: Store, pair: Pair, object: str | None) -> None:
        """`object`: the Salesforce object that such lookups point at; None for any of the pair's."""
        self._store = store
        self._pair = pair
        self._object = object
        self._across: dict[Side, dict[str, str | None]] = {side: {} for side in Side}

    def to_hubspot(self, cell: str, cells: Sequence[Cell]) -> Cell:
        return self._counterpart(Side.SALESFORCE, cell)

    def to_salesforce(self, cell: str, cells: Sequence[Cell]) -> Cell:
        return self._counterpart(Side.HUBSPOT, cell)

    def fault(self, side: Side, cell: str, cells: Sequence[Cell]) -> Fault:
        message = (
            f"Its {self._pair.noun} {cell} in {side.other.label} isn't linked to one in {side.label} yet; "
            "the record travels without it until then."
        )
        return Fault(Category.ASSOCIATIONS, NOT_LINKED, message)

    def linked(self, side: Side, id: str) -> bool:
        return self._counterpart(side, id) is not UNSEEN

    def load(self, side: Side, ids: Iterable[str]) -> None:
        across = self._across[side]
        unknown = sorted({id for id in ids if id not in across})
        if unknown:
            found = self._store.counterpart_ids(self._pair.name, side, unknown, self._object)
            across.update({id: found.get(id) for id in unknown})

    def expect(self, side: Side, id: str) -> None:
        """A preview: the record of `side` will get a counterpart."""
        self._across[side][id] = f"{NEW}{id}"

    def expect_link(self, salesforce_id: str, hubspot_id: str) -> None:
        """A preview: these two will be linked."""
        self._across[Side.SALESFORCE][salesforce_id] = hubspot_id
        self._across[Side.HUBSPOT][hubspot_id] = salesforce_id

    def expect_loss(self, salesforce_id: str, hubspot_id: str) -> None:
        """A preview: these two will be parted, since one of them is gone."""
        self._across[Side.SALESFORCE][salesforce_id] = None
        self._across[Side.HUBSPOT][hubspot_id] = None

    def look_again(self) -> None:
        """Links were made, or moved to other records."""
        for across in self._across.values():
            across.clear()

    def _counterpart(self, side: Side, id: str) -> Cell:
        if id not in self._across[side]:
            self.load(side, [id])
        return self._across[side][id] or UNSEEN


def parents_of_all(store: Store, pairs: Iterable[Pair]) -> dict[str, Parents]:
    """For the layouts of all pairs that sync, by the parents' pair."""
    # No lookup but an activity's points at a lead: a contact that is linked to one has no counterpart for the others.
    found = {
        pair.name: Parents(store, pair, pair.salesforce[0]) for pair in pairs if pair.kind is not PairKind.ACTIVITY
    }
    contacts = next((pair for pair in pairs if pair.name == CONTACTS.name), None)
    people = {PEOPLE: Parents(store, contacts, None)} if contacts is not None else {}
    return found | people


def _known_as(context: Context) -> list[Parents]:
    """All that find this pair's records."""
    keys = (context.pair.name, PEOPLE) if context.pair.name == CONTACTS.name else (context.pair.name,)
    return [context.parents[key] for key in keys if key in context.parents]


def load_parents(context: Context, gathered: Gathered) -> None:
    """Everything that the lookups of one chunk point at, in one query for each side and pair of parents."""
    held: list[tuple[Side, Sequence[Cell]]] = [
        (record.side, record.cells) for record in gathered.rows.values() if record.cells
    ]
    for couple in gathered.couples:
        held.append((Side.SALESFORCE, couple.link.base_salesforce))
        held.append((Side.HUBSPOT, couple.link.base_hubspot))
    load_named(context, held)


def load_named(context: Context, held: Sequence[tuple[Side, Sequence[Cell]]]) -> None:
    """Everything that the lookups among these cells of whole records point at."""
    wanted: dict[tuple[str, Side], set[str]] = {}
    for column in context.layout.columns:
        if not (column.parents or column.parent):
            continue
        for side, cells in held:
            cell = cells[column.place]
            if not cell:
                continue
            if column.parents:
                for key, id in column.translation.named(cell):
                    wanted.setdefault((key, side), set()).add(id)
            else:
                wanted.setdefault((column.parent, side), set()).update(_ids(column.kind, cell))
    for (key, side), ids in wanted.items():
        context.parents[key].load(side, ids)


def _ids(kind: Kind, cell: str) -> Iterable[str]:
    return parse(cell) if kind is Kind.MEMBERS else (cell,)


def note_unlinked(context: Context, salesforce: Sequence[Cell], hubspot: Sequence[Cell]) -> None:
    """A linked record belongs to one without a counterpart: that one may have waited for just this (a company for a contact
    that syncs), and is looked at again."""
    for side, cells in ((Side.SALESFORCE, salesforce), (Side.HUBSPOT, hubspot)):
        for place in context.parents_in(cells):
            pair, _, id = place.partition("/")
            if not context.parents[pair].linked(side, id):
                context.linked_children.add(place)


def expect_fate(context: Context, link: Link, verdict: Fate) -> None:
    """In a preview, what becomes of this link is what its children would find."""
    if verdict is Fate.SKIP:
        return
    for parents in _known_as(context):
        if verdict is Fate.SYNC and parents.accepts(link.salesforce_object):
            parents.expect_link(link.salesforce_id, link.hubspot_id)
        else:
            parents.expect_loss(link.salesforce_id, link.hubspot_id)


def expect_created(context: Context) -> None:
    """In a preview, what this pair would create is what its children would belong to."""
    known_as = _known_as(context)
    if not known_as:
        return
    after = 0
    while entries := context.store.entries(
        context.pass_id, [JournalState.PLANNED], None, Op.CREATE, after, 1000, context.pair.name
    ):
        after = entries[-1].row
        for entry in entries:
            for parents in known_as:
                if entry.origin_id and (entry.side is Side.HUBSPOT or parents.accepts(entry.object)):
                    parents.expect(entry.side.other, entry.origin_id)


def stage_waiting(context: Context) -> None:
    """Records that wait for a parent, were refused for one, or wait for a child that syncs, are looked at again once there
    may be one."""
    rows = [
        row
        for row in context.store.errors(Category.ASSOCIATIONS, 0, MOST)
        if row.pair == context.pair.name and row.code != UNPLACED
    ]
    for side, object in sorted({(row.side, row.object) for row in rows}):
        ids = sorted({row.record_id for row in rows if (row.side, row.object) == (side, object)})
        known = context.store.records_by_id(side, object, ids)
        context.store.stage_again(side, [record.row for record in known])
    _stage_conflicts(context)


def _stage_conflicts(context: Context) -> None:
    """Lookups that differ, held for a person, may be each other's counterparts by now."""
    store = context.store
    if not store.conflict_count():
        return
    lookups = {column.property for column in context.layout.columns if column.parent}
    held = {conflict.link for conflict in store.conflicts(MOST) if conflict.property in lookups}
    links = [link.link for link in store.links(sorted(held)) if link.pair == context.pair.name]
    rows = [record.row for ends in store.counterparts(links).values() for record in ends]
    store.stage_again(None, rows)


def stage_parents(context: Context) -> bool:
    """A company waits for a contact that syncs: once one is linked, it is looked at again. Whether any was staged."""
    if is_activity(context):
        return False  # nobody waits for an activity
    ids: dict[str, list[str]] = {}
    for place in sorted(context.linked_children):
        name, _, id = place.partition("/")
        ids.setdefault(name, []).append(id)
    context.linked_children.clear()
    staged = 0
    for name, wanted in ids.items():
        if name not in context.pairs:
            continue
        for side in Side:
            for object in context.pairs[name].objects(side):
                known = context.store.records_by_id(side, object, wanted)
                loose = [k.row for k in known if k.link is None and k.presence is Presence.LIVE]
                staged += context.store.stage_again(side, loose) if loose else 0
    return staged > 0
