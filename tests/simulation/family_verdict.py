"""What must be true at rest of companies, deals and who belongs to them."""

from __future__ import annotations

from collections.abc import Iterator

from crmsync_desktop.domain.layout import Column, Layout
from crmsync_desktop.domain.mapping import PAIRS, pair_of_object
from crmsync_desktop.domain.members import merge, parse
from crmsync_desktop.domain.planner import plan_create
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Side
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.domain.settings import rules_of
from crmsync_desktop.ports.store import ErrorRow, Link
from tests.simulation.families import COMPANY
from tests.simulation.family_world import FamilyWorld
from tests.simulation.fields import ROLES, schemas
from tests.simulation.sides import Row
from tests.simulation.verdict import Verdict

WAITING = "PARENT_NOT_LINKED"


class FamilyVerdict(Verdict):
    world: FamilyWorld

    def layout(self, pair: str) -> Layout:
        return self.world.layouts[pair]

    def _link(self, link: Link) -> Iterator[str]:
        if link.pair in self.world.layouts:
            yield from super()._link(link)

    def _field(self, link: Link, column: Column, salesforce: Row, hubspot: Row) -> Iterator[str]:
        if column.kind is Kind.MEMBERS:
            yield from self._members(link, column, salesforce, hubspot)
        else:
            yield from super()._field(link, column, salesforce, hubspot)

    def _members(self, link: Link, column: Column, salesforce: Row, hubspot: Row) -> Iterator[str]:
        s, h = salesforce.values["OpportunityContactRoles"], hubspot.values["associations.contacts"]
        bases = (link.base_salesforce[column.place], link.base_hubspot[column.place])
        labels = {role.casefold() for role in ROLES}
        merged = merge(s, h, *bases, column.as_hubspot, column.as_salesforce, lambda role: role.casefold() in labels)
        seen = self.world.nature.seen
        if merged.waiting:
            seen["at the end: members wait for a parent"] += 1
            if not self._waits(salesforce, hubspot) and not self._parent_is_gone(column, bases[1], h):
                yield f"members {s!r} and {h!r} wait for somebody, and nothing says so"
        if (merged.salesforce, merged.hubspot) == (s, h):
            seen["at the end: members agree"] += 1
            return
        why = "door closed" if not self._pair_doors(link.pair) else self._held_back(salesforce, hubspot)
        if not why and self._parent_is_gone(column, bases[1], h):
            why = "a parent is gone from HubSpot"
        if not why:
            yield f"I2: members {s!r} and {h!r} differ without a reason, bases {bases}"
        seen[f"at the end: members differ: {why}"] += 1

    def _parent_is_gone(self, column: Column, base: Cell, now: Cell) -> bool:
        """Whether HubSpot lost an association since its other end was deleted: Salesforce keeps it (C5)."""
        lost = set(parse(base or "")) - set(parse(now or "")) if column.kind is Kind.MEMBERS else {base} - {now, None}
        live = {row.id for row in self.world.hubspot.live(PAIRS[column.parent].hubspot)} if column.parent else set()
        return bool(lost - live - {UNSEEN})

    def _waits(self, *rows: Row) -> bool:
        errors = [error for row in rows for error in self.errors.get(self._name(row), [])]
        return any(error.category is Category.ASSOCIATIONS for error in errors)

    def _held_back(self, *rows: Row) -> str:
        """What stops the record's other writes stops this one."""
        for row in rows:
            for error in self.errors.get(self._name(row), []):
                if error.code != WAITING:
                    return f"stopped by {error.code}"
        return ""

    def _name(self, row: Row) -> tuple[Side, str, str]:
        side = Side.HUBSPOT if row.object == PAIRS[pair_of_object(row.object)].hubspot else Side.SALESFORCE
        return side, row.object, row.id

    def _why_different(self, link: Link, column: Column, salesforce: Row, hubspot: Row, s: Cell, h: Cell) -> str:
        if column.parent and s is not UNSEEN and h is not UNSEEN:
            there, here = column.as_hubspot(s), column.as_salesforce(h)
            if there == h or (column.rule.always and (s if column.rule.master is Side.SALESFORCE else h) is None):
                return "settled"
            if (there is UNSEEN or here is UNSEEN) and self._waits(salesforce, hubspot):
                self.world.nature.seen["at the end: a lookup waits for its parent"] += 1
                return "waits for a parent"
            if h is None and self._parent_is_gone(column, link.base_hubspot[column.place], h):
                return "its parent is gone from HubSpot"
        why = super()._why_different(link, column, salesforce, hubspot, s, h)
        if why or (link.pair == "contacts" and not column.parent):
            return why
        if not self._pair_doors(link.pair):
            return "door closed"
        return self._held_back(salesforce, hubspot) if column.parent else ""

    def _doors_open(self, hubspot: Row) -> bool:
        pair = pair_of_object(hubspot.object)
        return super()._doors_open(hubspot) if pair == "contacts" else self._pair_doors(pair)

    def _pair_doors(self, pair: str) -> bool:
        """Both doors: with one closed, what waits behind it may differ."""
        rules = rules_of(self.world.settings, PAIRS[pair])
        return rules.to_hubspot and rules.to_salesforce

    # records without a link

    def _record(self, row: Row) -> Iterator[str]:
        pair = pair_of_object(row.object)
        if pair in self.world.layouts:
            yield from super()._record(row)

    def _in_scope(self, side: Side, row: Row) -> bool:
        pair = pair_of_object(row.object)
        if pair == "contacts":
            return super()._in_scope(side, row)
        rules = rules_of(self.world.settings, PAIRS[pair])
        return rules.to_hubspot if side is Side.SALESFORCE else rules.to_salesforce

    def _still_true(self, side: Side, row: Row, error: ErrorRow) -> bool:
        if error.code == "NO_SYNCED_CONTACT":
            return not self._synced_contacts(row)
        if error.code == "AMBIGUOUS_MATCH" and pair_of_object(row.object) == "companies":
            return self._rival_company(side, row)
        return super()._still_true(side, row, error)

    def _synced_contacts(self, company: Row) -> list[Row]:
        """Contacts of a HubSpot company that are linked to a Contact of Salesforce, both alive."""
        bound = {link.hubspot_id for link in self.links if link.salesforce_object == "Contact" and link.state == 0}
        return [
            row
            for row in self.world.hubspot.live("contacts")
            if row.id in bound and row.values[COMPANY[Side.HUBSPOT]] == company.id
        ]

    def _rival_company(self, side: Side, row: Row) -> bool:
        """Somebody's counterpart belongs to another record than this one's: or did, when it was last looked at."""
        self.world.nature.seen["at the end: a company with a rival"] += 1
        return True

    def _create_blocked(self, side: Side, row: Row) -> bool:
        pair = pair_of_object(row.object)
        if pair == "contacts":
            return super()._create_blocked(side, row)
        layout, target = (
            self.layout(pair),
            PAIRS[pair].hubspot if side is Side.SALESFORCE else PAIRS[pair].salesforce[0],
        )
        cells: list[Cell] = [
            row.values[field.name] if (field := column.field(side, row.object)) else UNSEEN for column in layout.columns
        ]
        return plan_create(layout, side, cells, schemas(target, 0, True), row.object).blocked
