"""What people do in both systems while the engine works: they make, edit, clear, merge, convert, delete and bring back."""

from __future__ import annotations

from collections.abc import Callable

from crmsync_desktop.domain.records import Side, Value
from crmsync_desktop.domain.schema import Kind
from tests.simulation.fields import MAPPED, OWNERS, POISON
from tests.simulation.hubspot import FakeHubSpot
from tests.simulation.nature import Nature
from tests.simulation.salesforce import FakeSalesforce
from tests.simulation.sides import Row

FIRST = ("Ada", "Bo", "Çelik", "Dee", "Émile")
LAST = ("Lovelace", "O'Neil", "van  Dyk", "Ng", "Šimek", "Okafor")
TITLES = ("Head of Ops", "CTO ", "Buyer", "  Clerk", "Sales  lead")
PERSONS = ("Contact", "Lead")
INTERESTS = ("golf;wine", "wine", "golf", "art;golf")


class People:
    """Everybody who works in either system. `nature` decides who does what; `seen` counts each kind of act."""

    def __init__(self, nature: Nature, salesforce: FakeSalesforce, hubspot: FakeHubSpot) -> None:
        self._nature, self._random = nature, nature.random
        self._salesforce, self._hubspot = salesforce, hubspot
        self._number = 0
        self._acts: list[tuple[int, Callable[[], bool]]] = [
            (14, self._edit_salesforce),
            (14, self._edit_hubspot),
            (12, self._edit_both),
            (3, self._change_email),
            (2, self._appear),
            (3, self._delete_salesforce),
            (2, self._undelete_salesforce),
            (1, self._archive_hubspot),
            (1, self._restore_hubspot),
            (1, self._merge_salesforce),
            (1, self._convert_lead),
            (1, self._merge_hubspot),
            (2, self._poison),
            (2, self._mend),
            (3, self._list),
        ]

    def act(self) -> None:
        weights = [weight for weight, _ in self._acts]
        _, act = self._random.choices(self._acts, weights)[0]
        if act():
            self._nature.seen[f"people {act.__name__.strip('_').replace('_', ' ')}"] += 1

    # a person in all constellations

    def settle_in(self, count: int) -> None:
        """The first inhabitants, before the first pass."""
        for _ in range(count):
            self._appear()
        for _ in range(count // 4):
            self._poison()

    def _appear(self) -> bool:
        self._number += 1
        kind = self._random.choices(
            (
                "both",
                "salesforce",
                "hubspot",
                "double in salesforce",
                "additional e-mail",
                "no e-mail",
                "carries the id",
            ),
            (6, 4, 4, 1, 1, 2, 1),
        )[0]
        self._nature.seen[f"person: {kind}"] += 1
        email = f"P{self._number}@Example.com" if self._random.random() < 0.5 else f"p{self._number}@example.com"
        values = self._person() | {"email": None if kind in ("no e-mail", "carries the id") else email}
        if kind in ("both", "salesforce", "double in salesforce", "carries the id"):
            row = self._in_salesforce(values)
            if kind == "carries the id":
                self._in_hubspot(values | {"salesforcecontactid": row.id})
        if kind == "double in salesforce":
            self._in_salesforce(values | {"jobtitle": "Double"})
        if kind in ("both", "hubspot"):
            self._in_hubspot(self._perturbed(values))
        if kind == "no e-mail":
            (self._in_hubspot if self._random.random() < 0.5 else self._in_salesforce)(values)
        if kind == "additional e-mail":
            self._in_salesforce(values)
            self._in_hubspot(values | {"email": f"other{self._number}@example.com"}, (email.lower(),))
        return True

    def _person(self) -> dict[str, Value]:
        return {mapped.property: self._value(mapped.property) for mapped in MAPPED} | {
            "lastname": f"{self._random.choice(LAST)} {self._number}",
            "company": self._random.choice(("Acme", "Globex", None)),
            "hubspot_owner_id": None,
        }

    def _perturbed(self, values: dict[str, Value]) -> dict[str, Value]:
        return {
            name: value if name in ("email", "lastname") or self._random.random() < 0.7 else self._value(name)
            for name, value in values.items()
        }

    def _value(self, property: str, side: Side = Side.HUBSPOT) -> Value:
        kind = next(mapped.kind for mapped in MAPPED if mapped.property == property)
        if kind is Kind.OWNER:
            return self._random.choice([owner.id for owner in OWNERS if owner.side is side])
        if kind is Kind.BOOL:
            return self._random.choice(("true", "false"))
        if self._random.random() < 0.25 and property != "lastname":
            return None
        choices: dict[str, tuple[str, ...]] = {
            "firstname": FIRST,
            "lastname": LAST,
            "jobtitle": TITLES,
            "company": ("Acme", "Globex"),
            "birthday": ("1980-01-31", "1999-12-01"),
            "interests": INTERESTS,
        }
        if property in choices:
            return self._random.choice(choices[property])
        if kind is Kind.NUMBER:
            return self._random.choice(("7", "12.5", "3.14159", "80"))
        return f"{self._random.randrange(10**9, 10**10)}"

    def _in_salesforce(self, values: dict[str, Value]) -> Row:
        object = self._random.choice(("Contact", "Lead"))
        names = {mapped.property: mapped.salesforce[object] for mapped in MAPPED if object in mapped.salesforce}
        filled = {names[name]: value for name, value in values.items() if name in names and value is not None}
        if object == "Lead":
            filled.setdefault("Company", "Acme")
        return self._salesforce.insert(object, filled)

    def _in_hubspot(self, values: dict[str, Value], more_emails: tuple[str, ...] = ()) -> None:
        row = self._hubspot.insert(values, more_emails)
        if self._random.random() < 0.6:
            self._hubspot.join(row.id)

    # edits

    def _persons(self) -> list[Row]:
        return [row for row in self._salesforce.live() if row.object in PERSONS]

    def _pick(self, rows: list[Row]) -> Row | None:
        return self._random.choice(rows) if rows else None

    def _edit_salesforce(self) -> bool:
        row = self._pick(self._persons())
        if row is None:
            return False
        mapped = self._random.choice([m for m in MAPPED if row.object in m.salesforce and m.property != "email"])
        value = self._value(mapped.property, Side.SALESFORCE)
        if value is None and mapped.property in ("lastname", "company"):
            return False
        self._salesforce.edit(row.id, {mapped.salesforce[row.object]: value})
        return True

    def _edit_hubspot(self) -> bool:
        row = self._pick(self._hubspot.live("contacts"))
        if row is None:
            return False
        mapped = self._random.choice([m for m in MAPPED if m.property != "email"])
        self._hubspot.edit(row.id, {mapped.property: self._value(mapped.property)})
        return True

    def _edit_both(self) -> bool:
        """The same field of the same person in both systems, now and then to the same value."""
        row = self._pick([row for row in self._persons() if row.values["Email"]])
        if row is None:
            return False
        email = (row.values["Email"] or "").lower()
        other = self._pick([other for other in self._hubspot.live("contacts") if other.values["email"] == email])
        if other is None:
            return False
        name, field = self._random.choice((("firstname", "FirstName"), ("score", "Score__c"), ("jobtitle", "Title")))
        value = self._value(name)
        same = self._random.random() < 0.3
        self._salesforce.edit(row.id, {field: value})
        self._hubspot.edit(other.id, {name: value if same else self._value(name)})
        return True

    def _change_email(self) -> bool:
        self._number += 1
        email = f"new{self._number}@example.com"
        if self._random.random() < 0.5:
            row = self._pick(self._persons())
            if row is not None:
                self._salesforce.edit(row.id, {"Email": email})
        else:
            row = self._pick(self._hubspot.live("contacts"))
            if row is not None:
                self._hubspot.edit(row.id, {"email": email})
        return row is not None

    # whole records

    def _delete_salesforce(self) -> bool:
        row = self._pick([row for row in self._persons() if not row.locked])
        if row is not None:
            self._salesforce.remove(row.id)
        return row is not None

    def _undelete_salesforce(self) -> bool:
        row = self._pick(
            [
                row
                for row in self._salesforce.rows.values()
                if not row.live and row.successor is None and row.object in PERSONS
            ]
        )
        if row is not None:
            self._salesforce.undelete(row.id)
        return row is not None

    def _archive_hubspot(self) -> bool:
        row = self._pick(self._hubspot.live("contacts"))
        if row is not None:
            self._hubspot.archive(row.id)
        return row is not None

    def _restore_hubspot(self) -> bool:
        row = self._pick(
            [
                row
                for row in self._hubspot.rows.values()
                if not row.live and row.successor is None and row.object == "contacts"
            ]
        )
        if row is not None:
            self._hubspot.restore(row.id)
        return row is not None

    def _merge_salesforce(self) -> bool:
        rows = [row for row in self._persons() if not row.locked]
        master = self._pick(rows)
        loser = master and self._pick([row for row in rows if row is not master and row.object == master.object])
        if master is None or loser is None:
            return False
        self._salesforce.merge(master.id, loser.id)
        return True

    def _convert_lead(self) -> bool:
        row = self._pick([row for row in self._salesforce.live("Lead") if not row.locked])
        if row is not None:
            self._salesforce.convert(row.id)
        return row is not None

    def _merge_hubspot(self) -> bool:
        rows = self._hubspot.live("contacts")
        if len(rows) < 2:
            return False
        one, two = self._random.sample(rows, 2)
        self._hubspot.merge(one.id, two.id)
        return True

    # trouble, and its end

    def _poison(self) -> bool:
        """A value that the other system will refuse."""
        if self._random.random() < 0.5:
            row = self._pick(self._persons())
            if row is not None:
                self._salesforce.edit(row.id, {"Title": POISON[Side.HUBSPOT]})
        else:
            row = self._pick(self._hubspot.live("contacts"))
            if row is not None:
                self._hubspot.edit(row.id, {"jobtitle": POISON[Side.SALESFORCE]})
        return row is not None

    def _mend(self) -> bool:
        row = self._pick([row for row in self._persons() if row.values["Title"] == POISON[Side.HUBSPOT]])
        if row is not None:
            self._salesforce.edit(row.id, {"Title": "Mended"})
            return True
        row = self._pick(
            [row for row in self._hubspot.live("contacts") if row.values["jobtitle"] == POISON[Side.SALESFORCE]]
        )
        if row is not None:
            self._hubspot.edit(row.id, {"jobtitle": "Mended"})
        return row is not None

    def _list(self) -> bool:
        row = self._pick(self._hubspot.live("contacts"))
        if row is None:
            return False
        (self._hubspot.join if self._random.random() < 0.6 else self._hubspot.leave)(row.id)
        return True
