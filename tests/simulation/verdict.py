"""What must be true of a world that has fallen quiet, judged by what both systems really hold (I2, E2, E5, E6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmsync_desktop.domain.checks import check_value
from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.mapping import CONTACTS, PAIRS, pair_of_object
from crmsync_desktop.domain.planner import plan_create
from crmsync_desktop.domain.records import UNSEEN, Cell, Side
from crmsync_desktop.domain.settings import OnConflict, OnHubSpotChange, OnSalesforceChange
from crmsync_desktop.domain.values import close, keys_of, same
from crmsync_desktop.ports.crm import Want
from crmsync_desktop.ports.store import ErrorRow, JournalState, Link, LinkState
from tests.simulation.fields import schemas
from tests.simulation.sides import Row
from tests.simulation.world import World

MOST = 100_000
Name = tuple[Side, str, str]


class Verdict:
    """Looks at everything once; `findings` names what is wrong."""

    def __init__(self, world: World) -> None:
        self.world = world
        store = world.memory.store
        self.links = store.links(range(1, MOST))
        self.errors: dict[Name, list[ErrorRow]] = {}
        for error in store.errors(limit=MOST):
            self.errors.setdefault((error.side, error.object, error.record_id), []).append(error)
        self.conflicts = {(conflict.link, conflict.place) for conflict in store.conflicts(limit=MOST)}
        self.linked: Counter[Name] = Counter()
        for link in self.links:
            if link.state is LinkState.LIVE:
                self.linked[Side.SALESFORCE, link.salesforce_object, link.salesforce_id] += 1
                self.linked[Side.HUBSPOT, PAIRS[link.pair].hubspot, link.hubspot_id] += 1
        self.resting = {
            name
            for link in self.links
            if link.state is not LinkState.LIVE
            for name in (
                (Side.SALESFORCE, link.salesforce_object, link.salesforce_id),
                (Side.HUBSPOT, PAIRS[link.pair].hubspot, link.hubspot_id),
            )
        }

    def findings(self) -> list[str]:
        found = [*self._journal(), *self._doubles()]
        for link in self.links:
            found += [
                f"link {link.link} ({link.salesforce_id}, {link.hubspot_id}): {what}" for what in self._link(link)
            ]
        for row in [*self.world.salesforce.live(), *self.world.hubspot.live()]:
            found += [f"{row.object} {row.id} {row.values}: {what}" for what in self._record(row)]
        return found

    def _journal(self) -> Iterator[str]:
        open_states = (JournalState.PLANNED, JournalState.SENT, JournalState.UNKNOWN)
        for entry in self.world.memory.store.entries(None, open_states):
            yield f"E4: still open in the journal: {entry}"

    def _doubles(self) -> Iterator[str]:
        """E2: no two live records that we made for the same one."""
        for side in self.world.sides.values():
            made = Counter(row.stands_for for row in side.live() if row.ours and row.stands_for)
            for origin, count in made.items():
                source = self.world.sides[side.side.other].rows[origin]
                # A source that was deleted, replaced and brought back is made anew, and rightly so.
                if count > 1 and origin not in side.beyond_finding and not source.restored:
                    yield f"E2: {count} live {side.side.label} records stand for {origin}"
        for name, count in self.linked.items():
            if count > 1:
                yield f"E2: {name} is in {count} links"

    # links

    def _link(self, link: Link) -> Iterator[str]:
        salesforce = self.world.salesforce.rows.get(link.salesforce_id)
        hubspot = self.world.hubspot.rows.get(link.hubspot_id)
        if salesforce is None or hubspot is None:
            yield "names a record that never was"
            return
        if link.state is LinkState.SALESFORCE_GONE:
            if salesforce.live:
                yield "says that Salesforce's record is gone, which it isn't"
        elif link.state is LinkState.HUBSPOT_GONE:
            if hubspot.live and not self._restored_unnoticed(hubspot):
                yield "says that HubSpot's record is gone, which it isn't"
        elif not salesforce.live and hubspot.live:
            yield f"is live, and its Salesforce record is not (successor {salesforce.successor})"
        elif salesforce.live and not hubspot.live:
            # HubSpot's search never shows what was archived; a merge shows in its product.
            if hubspot.successor is not None and self.world.hubspot.rows[hubspot.successor[1]].live:
                yield f"stays with a merged record (successor {hubspot.successor})"
            self.world.nature.seen["archived in HubSpot, not noticed"] += 1
        elif salesforce.live:
            for column in self.layout(link.pair).columns:
                yield from self._field(link, column, salesforce, hubspot)

    def layout(self, pair: str) -> Layout:
        """The columns of a pair in the last pass."""
        return self.world.layout

    def _restored_unnoticed(self, row: Row) -> bool:
        return row.id not in self.world.hubspot.index

    def _field(self, link: Link, column: Column, salesforce: Row, hubspot: Row) -> Iterator[str]:
        """I2: both sides equal, or a difference that is allowed; and the bases are what each side last said."""
        field = column.field(Side.SALESFORCE, salesforce.object)
        s: Cell = salesforce.values[field.name] if field else UNSEEN
        h: Cell = hubspot.values[column.property]
        bases = (link.base_salesforce[column.place], link.base_hubspot[column.place])
        what = f"{column.property} ({column.rule.label}): {s!r} and {h!r}, bases {bases}"
        why = self._why_different(link, column, salesforce, hubspot, s, h)
        if why == "":
            yield f"I2: {what} differ without a reason"
        elif why == "settled" and bases != (s, h) and not self._unwritten(column, salesforce, hubspot, s, h):
            yield f"I2: the bases aren't what the sides said: {what}"
        else:
            self.world.nature.seen[f"at the end: {why}"] += 1

    def _unwritten(self, column: Column, salesforce: Row, hubspot: Row, s: Cell, h: Cell) -> bool:
        """Nearly equal, on the way to equal, and stopped by what stops the record's other fields."""
        if s == h or s is UNSEEN:
            return False
        there, here = column.as_hubspot(s), column.as_salesforce(h)
        return not self._doors_open(hubspot) or bool(self._error_explains(column, salesforce, hubspot, there, here))

    def _why_different(self, link: Link, column: Column, salesforce: Row, hubspot: Row, s: Cell, h: Cell) -> str:
        """Why the sides may differ; "settled" where they agree, or may differ and the bases have to say so."""
        if s is UNSEEN or h is UNSEEN:
            return "settled"
        there, here = column.as_hubspot(s), column.as_salesforce(h)
        if there is not UNSEEN and same(column.kind, there, h):
            return "settled"
        if (link.link, column.place) in self.conflicts:
            held = self.world.settings.on_conflict is OnConflict.HOLD and column.rule.master is None
            return "held" if held else ""
        if there is UNSEEN or here is UNSEEN:
            return "owner without a counterpart"
        if close(column.kind, there, h) or close(column.kind, here, s):
            return "settled"
        if column.rule.always and (s if column.rule.master is Side.SALESFORCE else h) is None:
            return "settled"
        if not self._doors_open(hubspot):
            return "door closed"
        return self._error_explains(column, salesforce, hubspot, there, here)

    def _doors_open(self, hubspot: Row) -> bool:
        contacts = self.world.settings.contacts
        listed = contacts.inclusion_list is None or hubspot.id in self.world.hubspot.members_since
        return listed and contacts.on_salesforce_change is OnSalesforceChange.CREATE_OR_UPDATE

    def _error_explains(self, column: Column, salesforce: Row, hubspot: Row, there: Cell, here: Cell) -> str:
        """An open error on either record, for which there still is a cause."""
        for row, side, value in ((salesforce, Side.SALESFORCE, here), (hubspot, Side.HUBSPOT, there)):
            name = (side, row.object, row.id)
            field = column.field(side, row.object)
            for error in self.errors.get(name, []):
                if error.code in ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "VALIDATION_ERROR"):
                    if self._poison_about(salesforce, hubspot):
                        return "refused by a rule"
                elif error.code == "CONFLICT":
                    email = salesforce.values["Email"]
                    # Archived ones too: HubSpot tells nobody that an address is free again.
                    others = [row for row in self.world.hubspot.rows.values() if row is not hubspot]
                    if email and any(email.lower() in _emails(other) for other in others):
                        return "e-mail taken"
                elif field is not None and value is not UNSEEN and check_value(field, value, False) is not None:
                    return f"can't be written: {error.code}"
        return ""

    def _poison_about(self, salesforce: Row, hubspot: Row) -> bool:
        sides = self.world.sides
        titles = {"jobtitle": salesforce.values.get("Title")}
        return sides[Side.HUBSPOT].poisoned({**hubspot.values, **titles}) or sides[Side.SALESFORCE].poisoned(
            {**salesforce.values, "Title": hubspot.values.get("jobtitle")}
        )

    # records without a link

    def _record(self, row: Row) -> Iterator[str]:
        side = Side.HUBSPOT if row.object == PAIRS[pair_of_object(row.object)].hubspot else Side.SALESFORCE
        name = (side, row.object, row.id)
        if self.linked[name] or name in self.resting:
            return
        if not self._in_scope(side, row):
            self.world.nature.seen["at the end: out of scope"] += 1
            return
        errors = self.errors.get(name, [])
        if not errors:
            yield "E6: isn't linked, and nothing says why"
            return
        whys = {error.code for error in errors}
        if not any(self._still_true(side, row, error) for error in errors):
            yield f"E6: isn't linked, though what {whys} say is no longer so"
        for why in whys:
            self.world.nature.seen[f"at the end: alone for {why}"] += 1

    def _in_scope(self, side: Side, row: Row) -> bool:
        contacts = self.world.settings.contacts
        if side is Side.SALESFORCE:
            return contacts.on_salesforce_change is OnSalesforceChange.CREATE_OR_UPDATE
        return contacts.inclusion_list is None or row.id in self.world.hubspot.members_since

    def _still_true(self, side: Side, row: Row, error: ErrorRow) -> bool:
        if error.code in ("AMBIGUOUS_MATCH", "CONFLICT", "DUPLICATE_VALUE", "ALREADY_LINKED"):
            made_for_it = any(other.origin == row.id for other in self.world.sides[side.other].live())
            return made_for_it or self._has_rival(side, row)
        if error.code in ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "VALIDATION_ERROR"):
            return self._poison_about(row, _BLANK) if side is Side.SALESFORCE else self._poison_about(_BLANK, row)
        if error.code in ("LINKS_MEET", "CREATE_UNCERTAIN"):
            return True
        if error.code == "REQUIRED_FIELD_MISSING":
            return self._create_blocked(side, row)
        return False

    def _has_rival(self, side: Side, row: Row) -> bool:
        keys = self._keys(side, row)
        others = [(Side.SALESFORCE, other) for other in self.world.salesforce.live()]
        # Archived ones too: HubSpot tells nobody that they are gone.
        others += [(Side.HUBSPOT, other) for other in self.world.hubspot.rows.values()]
        return any(other is not row and keys & self._keys(whose, other) for whose, other in others)

    def _keys(self, side: Side, row: Row) -> set[str]:
        want = Want(row.object, (), PAIRS[pair_of_object(row.object)].keys[row.object])
        return set(keys_of(self.world.sides[side].keys(want, row)))

    def _create_blocked(self, side: Side, row: Row) -> bool:
        layout = self.world.layout
        target = CONTACTS.hubspot
        if side is Side.HUBSPOT:
            lead = self.world.settings.contacts.on_hubspot_change is OnHubSpotChange.LEAD
            target = "Lead" if lead else "Contact"
        cells: list[Cell] = [
            row.values[field.name] if (field := column.field(side, row.object)) else UNSEEN for column in layout.columns
        ]
        return plan_create(layout, side, cells, schemas(target, 0), row.object).blocked


def _emails(row: Row) -> tuple[object, ...]:
    return (row.values.get("email"), *row.more_emails)


_BLANK = Row("", "", {"Title": None, "jobtitle": None}, 0, 0)
