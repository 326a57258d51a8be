"""The columns that the planner's invariants are tried on: both fields, what people type into them, and what each system makes
of a value when storing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from crmsync_desktop.domain.layout import Layout, resolve
from crmsync_desktop.domain.mapping import CONTACTS, Mapping, Rule
from crmsync_desktop.domain.records import UNSEEN, Side, Value
from crmsync_desktop.domain.schema import Field, Kind, Option, Owner, Schema
from crmsync_desktop.domain.values import canonical
from tests.domain.placed import WITH_DEALS

Codec = Callable[[str], Value]
"""What a system stores of a value that it was sent."""


def as_it_is(value: str) -> Value:
    return value


def spaces_collapsed(value: str) -> Value:
    return " ".join(value.split()) or None


def phone_with_brackets(value: str) -> Value:
    digits = "".join(filter(str.isdecimal, value))
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 else value


def phone_digits_only(value: str) -> Value:
    return "".join(filter(str.isdecimal, value)) or value


def two_decimals(value: str) -> Value:
    return canonical(Kind.NUMBER, value, 2)


@dataclass(frozen=True, repr=False, eq=False)
class Spec:
    """One kind of column: both fields, what people type on each side, what each system makes of it."""

    salesforce: Field
    hubspot: Field
    typed_salesforce: tuple[Value, ...]
    typed_hubspot: tuple[Value, ...]
    store_salesforce: Codec = as_it_is
    store_hubspot: Codec = as_it_is
    rules: tuple[Rule, ...] = tuple(rule for rule in Rule if rule is not Rule.DONT_SYNC)
    values: tuple[tuple[str, str], ...] = ()
    objects: tuple[str, ...] = ("Contact", "Lead")
    mirrors: bool = True
    """Whether the sides can be swapped: both kinds are the same."""

    def __repr__(self) -> str:
        return self.hubspot.name


def _field(name: str, kind: Kind, **more: object) -> Field:
    return Field(name=name, label=name, kind=kind, native_type=kind.value, **more)  # type: ignore[arg-type]


def _options(*values: str) -> tuple[Option, ...]:
    return tuple(Option(value, value) for value in values)


NAMES = (None, "Anna", "ANNA", "Anna  Li", "Anna Li", "Bo", "far too long a name")
PHONES = (None, "5551234567", "(555) 123-4567", "555 123 4567", "5550000000", "unknown")
SPECS = (
    Spec(_field("Text", Kind.TEXT, length=12), _field("text", Kind.TEXT), NAMES, NAMES, store_hubspot=spaces_collapsed),
    Spec(
        _field("Email", Kind.EMAIL),
        _field("email", Kind.EMAIL),
        (None, "Anna@X.no", "anna@x.no", "bo@x.no", "no address"),
        (None, "anna@x.no", "bo@x.no"),
        store_hubspot=str.lower,
    ),
    Spec(
        _field("Phone", Kind.PHONE), _field("phone", Kind.PHONE), PHONES, PHONES, phone_with_brackets, phone_digits_only
    ),
    Spec(
        _field("Amount", Kind.NUMBER, precision=6, scale=2),
        _field("amount", Kind.NUMBER),
        (None, "1.5", "1.25", "2"),
        (None, "1.5", "1.25678", "2", "123456"),
        store_salesforce=two_decimals,
        mirrors=False,
    ),
    Spec(_field("Score", Kind.NUMBER), _field("score", Kind.NUMBER), (None, "1.5", "2"), (None, "1.5", "2")),
    Spec(_field("Flag", Kind.BOOL), _field("flag", Kind.BOOL), ("true", "false"), ("true", "false")),
    Spec(
        _field("Pick", Kind.PICKLIST, restricted=True, options=_options("Mr.", "Ms.")),
        _field("pick", Kind.PICKLIST, restricted=True, options=_options("Mr", "Ms", "Dr")),
        (None, "Mr.", "Ms."),
        (None, "Mr", "Ms", "Dr"),
        values=(("Mr", "Mr."), ("Ms", "Ms.")),
    ),
    Spec(
        _field("Many", Kind.MULTIPICKLIST),
        _field("many", Kind.MULTIPICKLIST),
        (None, "a", "a;b", "b;c"),
        (None, "a", "a;b", "b;c"),
    ),
    Spec(
        _field("OwnerId", Kind.OWNER, nillable=False),
        _field("owner", Kind.OWNER),
        ("005A", "005B", "005Unmatched"),
        (None, "1", "2", "9unmatched"),
        rules=(Rule.TWO_WAY,),
    ),
    Spec(
        _field("Day", Kind.DATE),
        _field("day", Kind.DATETIME),
        (None, "2026-03-01", "2026-03-02"),
        (None, "2026-03-01T00:00:00Z", "2026-03-01T10:00:00Z", "2026-03-02T00:00:00Z"),
        mirrors=False,
    ),
    Spec(
        _field("Moment", Kind.DATETIME),
        _field("moment", Kind.DATE),
        (None, "2026-03-01T00:00:00Z", "2026-03-01T10:00:00Z", "2026-03-02T00:00:00Z"),
        (None, "2026-03-01", "2026-03-02"),
        mirrors=False,
    ),
    Spec(
        _field("Notes", Kind.LONG_TEXT),
        _field("notes", Kind.HTML),
        (None, "one", "one  two", "one\n\ntwo", "a <b>"),
        (None, "<p>one</p>", "<b>one</b>", "<p>one</p><p>two</p>", "<p>a &lt;b&gt;</p>", "<p><br></p>"),
        mirrors=False,
    ),
    Spec(
        _field("CallDurationInSeconds", Kind.NUMBER, precision=8, scale=0),
        _field("hs_call_duration", Kind.NUMBER),
        (None, "1", "2"),
        (None, "1000", "1499", "1500", "2000"),
        mirrors=False,
    ),
    Spec(
        _field("WhatId", Kind.REFERENCE, refers_to=("Account", "Opportunity", "Campaign")),
        _field("related", Kind.PLACES, refers_to=("deals", "tickets", "companies")),
        (None, "001A", "001B", "006A", "006Unlinked", "701Campaign"),
        (
            None,
            "companies/71",
            "companies/72",
            "deals/81;companies/71",
            "deals/82;companies/71",
            "deals/99",
            "deals/99;companies/71",
            "tickets/5",
        ),
        rules=(Rule.TWO_WAY, Rule.ALWAYS_SALESFORCE, Rule.ALWAYS_HUBSPOT),
        mirrors=False,
    ),
    Spec(
        _field("Count", Kind.NUMBER, precision=8, scale=0),
        _field("count", Kind.TEXT),
        (None, "1", "20"),
        (None, "1", "1.0", "20", "many"),
        store_salesforce=lambda value: canonical(Kind.NUMBER, value, 0),
        mirrors=False,
    ),
    Spec(
        _field("Id", Kind.ID, createable=False, updateable=False, nillable=False),
        _field("salesforceid", Kind.TEXT),
        ("003A",),
        (None, "003A", "typed by hand"),
        rules=(Rule.ALWAYS_SALESFORCE,),
        mirrors=False,
    ),
    Spec(
        _field("LeadOnly", Kind.TEXT),
        _field("leadonly", Kind.TEXT),
        (UNSEEN,),  # type: ignore[arg-type]
        (None, "x", "y"),
        objects=("Lead",),
        mirrors=False,
    ),
)
OWNERS = (
    Owner(Side.SALESFORCE, "005A", "a@x.no", "A", True),
    Owner(Side.SALESFORCE, "005B", "b@x.no", "B", True),
    Owner(Side.SALESFORCE, "005Unmatched", "s@x.no", "S", True),
    Owner(Side.HUBSPOT, "1", "a@x.no", "A", True),
    Owner(Side.HUBSPOT, "2", "b@x.no", "B", True),
    Owner(Side.HUBSPOT, "9unmatched", "h@x.no", "H", True),
)


def schemas(specs: Sequence[Spec]) -> dict[str, Schema]:
    def schema(side: Side, object: str, fields: Sequence[Field]) -> Schema:
        return Schema(side, object, object, {each.name: each for each in fields}, "2026-03-01T00:00:00Z")

    return {
        "contacts": schema(Side.HUBSPOT, "contacts", [spec.hubspot for spec in specs]),
        "Contact": schema(Side.SALESFORCE, "Contact", [s.salesforce for s in specs if "Contact" in s.objects]),
        "Lead": schema(Side.SALESFORCE, "Lead", [s.salesforce for s in specs if "Lead" in s.objects]),
    }


@cache
def layout_of(specs: tuple[Spec, ...], rules: tuple[Rule, ...]) -> Layout:
    mappings = [
        Mapping(spec.hubspot.name, dict.fromkeys(spec.objects, spec.salesforce.name), rule, spec.values)
        for spec, rule in zip(specs, rules, strict=True)
    ]
    layout = resolve(CONTACTS, mappings, schemas(specs), OWNERS, WITH_DEALS, "America/New_York")
    assert not layout.problems
    return layout
