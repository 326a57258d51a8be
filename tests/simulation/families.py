"""Companies, deals and who belongs to them: what people do with them in both systems, and what each system does with a
reference whose record goes away.
"""

from __future__ import annotations

from collections.abc import Callable

from crmsync_desktop.domain.members import parse, text
from crmsync_desktop.domain.records import Category, Fault, Outcome, Side, Value, Write, Written
from tests.simulation.fields import ROLES
from tests.simulation.hubspot import FakeHubSpot
from tests.simulation.nature import Nature
from tests.simulation.people import People
from tests.simulation.salesforce import FakeSalesforce
from tests.simulation.sides import FakeSide, Row

COMPANY = {Side.SALESFORCE: "AccountId", Side.HUBSPOT: "associatedcompanyid"}
DEALS_COMPANY = {Side.SALESFORCE: "AccountId", Side.HUBSPOT: "associations.companies"}
MEMBERS = {Side.SALESFORCE: "OpportunityContactRoles", Side.HUBSPOT: "associations.contacts"}
OBJECT = {
    Side.SALESFORCE: {"company": "Account", "contact": "Contact", "deal": "Opportunity"},
    Side.HUBSPOT: {"company": "companies", "contact": "contacts", "deal": "deals"},
}
NAME = {Side.SALESFORCE: "Name", Side.HUBSPOT: "dealname"}


class References:
    """Keeps one system's references true: nothing ever points at a record that is gone, as in the real systems."""

    def __init__(self, system: FakeSide) -> None:
        self._system, self._side = system, system.side

    def dangling(self, write: Write) -> Written | None:
        """The refusal of a write that points at a record that isn't there (any more)."""
        for name in (COMPANY[self._side], DEALS_COMPANY[self._side], MEMBERS[self._side]):
            value = write.values.get(name)
            ids = parse(value) if name == MEMBERS[self._side] else {value: ""} if value else {}
            if any(id is not None and not self._live(id) for id in ids):
                self._system.nature.seen["refused: INVALID_CROSS_REFERENCE_KEY"] += 1
                fault = Fault(Category.ASSOCIATIONS, "INVALID_CROSS_REFERENCE_KEY", "gone", (name,))
                return Written(write.key, Outcome.FAILED, write.id, faults=(fault,))
        return None

    def mended(self, values: dict[str, Value]) -> dict[str, Value]:
        """The same without references to records that have gone since they were chosen (an edit that commits late)."""
        kept = dict(values)
        for name in {COMPANY[self._side], DEALS_COMPANY[self._side]} & kept.keys():
            if (id := kept[name]) is not None and not self._live(id):
                kept[name] = None
        if members := kept.get(MEMBERS[self._side]):
            kept[MEMBERS[self._side]] = text({id: role for id, role in parse(members).items() if self._live(id)})
        return kept

    def _live(self, id: str) -> bool:
        row = self._system.rows.get(id)
        return row is not None and row.live

    def replaced(self, gone: str, successor: str | None, put: Callable[[Row, dict[str, Value]], None]) -> None:
        """`gone` was deleted, or merged into `successor`: whatever pointed at it points there, or at nothing."""
        for row in self._system.live():
            changes: dict[str, Value] = {}
            for name in {COMPANY[self._side], DEALS_COMPANY[self._side]}:
                if row.values.get(name) == gone:
                    changes[name] = successor
            members = parse(row.values.get(MEMBERS[self._side]))
            if gone in members:
                role = members.pop(gone)
                if successor is not None:
                    members.setdefault(successor, role)
                changes[MEMBERS[self._side]] = text(members)
            if changes:
                put(row, changes)
                row.touched.update(changes)


class FamilySalesforce(FakeSalesforce):
    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)  # type: ignore[arg-type]
        self.families = True
        self.references = References(self)

    def unreadable(self, write: Write) -> Written | None:
        return super().unreadable(write) or self.references.dangling(write)

    def _put(self, row: Row, values: dict[str, Value], at: float | None = None) -> None:
        super()._put(row, self.references.mended(values), at)

    def remove(self, id: str, successor: tuple[str, str] | None = None) -> None:
        super().remove(id, successor)
        kept = successor[1] if successor is not None and successor[0] == self.rows[id].object else None
        self.references.replaced(id, kept, self._put)

    def convert(self, lead: str) -> None:
        """The contact belongs to a new account, named as the lead's company was."""
        company = self.rows[lead].values["Company"]
        super().convert(lead)
        successor = self.rows[lead].successor
        assert successor is not None
        account = self.insert("Account", {"Name": company or "Unnamed"})
        self._put(self.rows[successor[1]], {"AccountId": account.id})


class FamilyHubSpot(FakeHubSpot):
    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)  # type: ignore[arg-type]
        self.families = True
        self.references = References(self)

    def unreadable(self, write: Write) -> Written | None:
        return super().unreadable(write) or self.references.dangling(write)

    def _put(self, row: Row, values: dict[str, Value]) -> None:
        super()._put(row, self.references.mended(values))

    def archive(self, id: str) -> None:
        super().archive(id)
        self.references.replaced(id, None, self._put)

    def merge(self, first: str, second: str) -> Row:
        product = super().merge(first, second)
        for id in (first, second):
            self.references.replaced(id, product.id, self._put)
        return product


class Families(People):
    """People who also have companies and deals."""

    def __init__(self, nature: Nature, salesforce: FakeSalesforce, hubspot: FakeHubSpot) -> None:
        super().__init__(nature, salesforce, hubspot)
        self._systems: dict[Side, FakeSide] = {Side.SALESFORCE: salesforce, Side.HUBSPOT: hubspot}
        self._acts += [
            (3, self._found_company),
            (3, self._found_twins),
            (6, self._move_contact),
            (4, self._rename_company),
            (3, self._make_deal),
            (6, self._change_members),
            (4, self._edit_deal),
            (2, self._move_deal),
            (1, self._close_company),
            (1, self._drop_deal),
            (1, self._merge_companies),
        ]

    def settle_in(self, count: int) -> None:
        super().settle_in(count)
        for _ in range(count // 3):
            self._found_twins()
            self._found_company()
            self._make_deal()
        for _ in range(count // 2):
            self._move_contact()

    def _side(self) -> Side:
        return self._random.choice(list(Side))

    def _any(self, side: Side, what: str) -> Row | None:
        rows = [row for row in self._systems[side].live(OBJECT[side][what]) if not row.locked]
        return self._pick(rows)

    def _make(self, side: Side, what: str, values: dict[str, Value]) -> Row:
        if side is Side.SALESFORCE:
            return self._salesforce.insert(OBJECT[side][what], values)
        return self._hubspot.insert(values, object=OBJECT[side][what])

    def _edit(self, side: Side, row: Row, values: dict[str, Value]) -> None:
        (self._salesforce if side is Side.SALESFORCE else self._hubspot).edit(row.id, values)

    # companies

    def _company(self, side: Side) -> Row:
        self._number += 1
        name = {Side.SALESFORCE: "Name", Side.HUBSPOT: "name"}[side]
        return self._make(side, "company", {name: f"Company {self._number}"})

    def _found_company(self) -> bool:
        side = self._side()
        company, contact = self._company(side), self._any(side, "contact")
        if contact is not None and self._random.random() < 0.6:
            self._edit(side, contact, {COMPANY[side]: company.id})
        return True

    def _found_twins(self) -> bool:
        """One person's company in both systems, which nobody has told of each other."""
        row = self._pick([row for row in self._salesforce.live("Contact") if row.values["Email"] and not row.locked])
        email = (row.values["Email"] or "").lower() if row else ""
        other = self._pick([other for other in self._hubspot.live("contacts") if other.values["email"] == email])
        if row is None or other is None:
            return False
        self._edit(Side.SALESFORCE, row, {"AccountId": self._company(Side.SALESFORCE).id})
        self._edit(Side.HUBSPOT, other, {"associatedcompanyid": self._company(Side.HUBSPOT).id})
        return True

    def _move_contact(self) -> bool:
        side = self._side()
        contact, company = self._any(side, "contact"), self._any(side, "company")
        if contact is None:
            return False
        leaves = self._random.random() < 0.15
        self._edit(side, contact, {COMPANY[side]: company.id if company and not leaves else None})
        return True

    def _rename_company(self) -> bool:
        side = self._side()
        company = self._any(side, "company")
        if company is None:
            return False
        self._number += 1
        field = {Side.SALESFORCE: ("Name", "Phone"), Side.HUBSPOT: ("name", "phone")}[side][self._random.random() < 0.5]
        self._edit(side, company, {field: f"Renamed {self._number}" if field.lower() == "name" else "5551234567"})
        return True

    def _close_company(self) -> bool:
        return self._remove("company")

    def _drop_deal(self) -> bool:
        return self._remove("deal")

    def _remove(self, what: str) -> bool:
        side = self._side()
        row = self._any(side, what)
        if row is not None:
            (self._salesforce.remove if side is Side.SALESFORCE else self._hubspot.archive)(row.id)
        return row is not None

    def _merge_companies(self) -> bool:
        side = self._side()
        rows = [row for row in self._systems[side].live(OBJECT[side]["company"]) if not row.locked]
        if len(rows) < 2:
            return False
        one, two = self._random.sample(rows, 2)
        (self._salesforce.merge if side is Side.SALESFORCE else self._hubspot.merge)(one.id, two.id)
        return True

    # deals

    def _make_deal(self) -> bool:
        self._number += 1
        side = self._side()
        company, contact = self._any(side, "company"), self._any(side, "contact")
        values: dict[str, Value] = {NAME[side]: f"Deal {self._number}"}
        if company is not None and self._random.random() < 0.7:
            values[DEALS_COMPANY[side]] = company.id
        if contact is not None and self._random.random() < 0.7:
            values[MEMBERS[side]] = f"{contact.id}={self._random.choice(ROLES)}"
        self._make(side, "deal", values)
        return True

    def _change_members(self) -> bool:
        side = self._side()
        deal, contact = self._any(side, "deal"), self._any(side, "contact")
        if deal is None:
            return False
        members = parse(deal.values[MEMBERS[side]])
        if members and self._random.random() < 0.35:
            members.pop(self._random.choice(sorted(members)))
        elif contact is not None:
            members[contact.id] = self._random.choice(ROLES)
        self._edit(side, deal, {MEMBERS[side]: text(members)})
        return True

    def _edit_deal(self) -> bool:
        side = self._side()
        deal = self._any(side, "deal")
        if deal is None:
            return False
        name = {Side.SALESFORCE: "Amount", Side.HUBSPOT: "amount"}[side]
        self._edit(side, deal, {name: self._random.choice(("100", "2500", None))})
        return True

    def _move_deal(self) -> bool:
        side = self._side()
        deal, company = self._any(side, "deal"), self._any(side, "company")
        if deal is None:
            return False
        self._edit(side, deal, {DEALS_COMPANY[side]: company.id if company is not None else None})
        return True
