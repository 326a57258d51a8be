"""An org with several currencies: CurrencyIsoCode on records with amounts, and the table of currencies.

Unverified: the records of an org that gets several currencies are in its corporate currency, with their stamps unmoved.
"""

# ruff: noqa: S608  (identifiers come from our own schema, values are always parameters)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .schema import Option, SObject, load_object, make_field
from .store import Store, quoted

CORPORATE = "USD"
_CURRENCIES = (
    # Code, name, units of it for one of the corporate currency, decimal places, whether it can be used.
    ("CHF", "Swiss Franc", 0.9, 2, False),
    ("EUR", "Euro", 0.92, 2, True),
    ("GBP", "British Pound", 0.79, 2, True),
    ("JPY", "Japanese Yen", 151.0, 0, True),
    (CORPORATE, "U.S. Dollar", 1.0, 2, True),
)
_STANDARD = ("Account", "Campaign", "CampaignMember", "Case", "Contact", "Event", "Lead", "Opportunity",
             "OpportunityContactRole", "Task", "User")  # fmt: skip


def with_currencies(schema: dict[str, SObject]) -> None:
    """Add CurrencyType, and CurrencyIsoCode to the standard objects that have it and to every custom object."""
    item = make_field(
        name="CurrencyIsoCode",
        type="picklist",
        label="Currency ISO Code",
        length=3,
        restrictedPicklist=True,
        defaultValue=CORPORATE,
        defaultedOnCreate=True,
        permissionable=False,
    ).with_values(tuple(Option(code, name) for code, name, _, _, active in _CURRENCIES if active), CORPORATE, "")
    schema["CurrencyType"] = load_object("CurrencyType")
    for name, sobject in list(schema.items()):
        if name in _STANDARD or name.endswith("__c"):
            schema[name] = replace(sobject, fields=(*sobject.fields, item))


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """The currencies, to be loaded once."""
    for code, _, rate, places, active in _CURRENCIES:
        yield (
            "CurrencyType",
            {
                "IsoCode": code,
                "ConversionRate": rate,
                "DecimalPlaces": places,
                "IsActive": active,
                "IsCorporate": code == CORPORATE,
            },
        )


def convert(store: Store) -> None:
    """Put what has no currency yet into the corporate one."""
    for sobject in store.schema.values():
        if "currencyisocode" in sobject.by_name:
            sql = f"UPDATE {quoted(sobject.name)} SET CurrencyIsoCode = ? WHERE CurrencyIsoCode IS NULL"
            store.db.execute(sql, (CORPORATE,))
