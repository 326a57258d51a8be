"""What the scripted engine says: plausible, and as awkward as real CRM data (HTML in names, long texts, accents)."""

from __future__ import annotations

from collections.abc import Callable

from crmsync_desktop.app.views import (
    ChangeView,
    ErrorCardView,
    ErrorGroupView,
    ErrorView,
    FieldChangeView,
    FieldView,
    HourView,
    MappingView,
    PassView,
    TallyView,
)
from crmsync_desktop.bootstrap import default_mappings
from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Category, Side

Iso = Callable[[float], str]

_NUMBERS = {Category.PROPERTY_VALUES: (14, 14), Category.DUPLICATES: (3, 3), Category.PERMISSIONS: (220, 220)}
_TITLES = {
    Category.ASSOCIATIONS: "Associations",
    Category.CUSTOM_CODE: "Custom Salesforce code",
    Category.DUPLICATES: "Duplicates",
    Category.PERMISSIONS: "Permissions",
    Category.PROPERTY_VALUES: "Property values",
    Category.FIELD_MAPPING: "Field mappings",
    Category.OWNERS: "Owners",
    Category.RECORD_GONE: "Record gone",
    Category.TEMPORARY: "Temporary",
    Category.LIMITS: "Limits",
    Category.CONNECTION: "Connection",
    Category.OTHER: "Other",
}
CARDS = tuple(ErrorCardView(c, title, *_NUMBERS.get(c, (0, 0))) for c, title in _TITLES.items())
QUIET_CARDS = tuple(ErrorCardView(c, title, 0, 0) for c, title in _TITLES.items())

PEOPLE = (
    "Ola Nordmann",
    "Ærlend Bjørnstjerne-Sæther",
    "<b>Bold</b> & Sons",
    "María José García-Fernández de la Torre y Mendoza",
    "Siobhán O'Brien",
    "林 美咲",
    "Jean-Luc Lefèvre",
    "Anne Grete Øvrebø",
    "عمر الحسن",
    "Zoë Müller",
    "Per",
    "Nguyễn Thị Minh Khai",
)


def groups(iso: Iso) -> dict[Category, list[ErrorGroupView]]:
    def record(number: int, field: str, message: str, side: Side = Side.SALESFORCE) -> ErrorView:
        name = PEOPLE[number % len(PEOPLE)]
        kind = "Contact" if side is Side.SALESFORCE else "contacts"
        return ErrorView(
            100 + number,
            "contacts",
            side,
            kind,
            f"003Qy00000{number:06}AAA",
            name,
            field,
            message,
            iso(-86_400 * (1 + number % 5)),
            iso(-140),
            1 + number * 7 % 40,
            False,
        )

    norge = 'Country "Norge" isn\'t among the values of the picklist MailingCountry'
    mail = 'Email "per@@example" is not a valid e-mail address'
    return {
        Category.PROPERTY_VALUES: [
            ErrorGroupView(
                Category.PROPERTY_VALUES,
                "FIELD_INTEGRITY_EXCEPTION",
                norge,
                "Add “Norge” to the State and Country picklist in Salesforce Setup, or map it to “Norway” under Field mappings.",
                12,
                tuple(record(n, "MailingCountry", norge) for n in range(8)),
            ),
            ErrorGroupView(
                Category.PROPERTY_VALUES,
                "INVALID_EMAIL_ADDRESS",
                mail,
                "Correct the address in HubSpot; the next pass carries it over.",
                2,
                tuple(record(n, "Email", mail) for n in (8, 9)),
            ),
        ],
        Category.DUPLICATES: [
            ErrorGroupView(
                Category.DUPLICATES,
                "DUPLICATES_DETECTED",
                "Salesforce's duplicate rule “Standard Contact Duplicate Rule” blocked this record",
                "Merge the records in Salesforce, or let the rule allow API users to save.",
                3,
                tuple(record(n, "", "blocked") for n in (1, 4, 7)),
            )
        ],
    }


def hours(iso: Iso) -> tuple[HourView, ...]:
    shape = (12, 8, 6, 4, 4, 3, 5, 14, 38, 66, 92, 81, 60, 74, 88, 97, 70, 55, 31, 22, 18, 16, 240, 64)
    made = []
    for index, calls in enumerate(shape):
        salesforce, hubspot = calls * 2, round(calls * 3.1)
        parts = (
            ("HubSpot · contacts · read", hubspot - calls // 2),
            ("Salesforce · contacts · read", salesforce - calls // 3),
            ("HubSpot · contacts · write", calls // 2),
            ("Salesforce · contacts · write", calls // 3),
        )
        made.append(HourView(iso((index - 23) * 3600 - 143), salesforce, hubspot, parts))
    return tuple(made)


def mapping(
    name: str,
    label: str,
    kind: str,
    salesforce: dict[str, str],
    salesforce_type: str,
    rule: Rule = Rule.PREFER_SALESFORCE,
    builtin: bool = True,
    problem: str = "",
    warning: str = "",
    examples: tuple[str, str] = ("", ""),
) -> MappingView:
    fields = " / ".join(dict.fromkeys(salesforce.values()))
    rules = tuple(Rule) if kind != "read-only" else (Rule.ALWAYS_HUBSPOT, Rule.DONT_SYNC)
    return MappingView(
        name, label, kind, salesforce, fields, salesforce_type, rule, rules, builtin, problem, warning, examples
    )


def both(field: str) -> dict[str, str]:
    return {"Contact": field, "Lead": field}


MAPPINGS = (
    mapping(
        "email", "Email", "Text", both("Email"), "Email", Rule.TWO_WAY, examples=("ola@nordmann.no", "ola@nordmann.no")
    ),
    mapping("firstname", "First name", "Text", both("FirstName"), "Text(40)", examples=("Ola", "Ola")),
    mapping("lastname", "Last name", "Text", both("LastName"), "Text(80)", examples=("Nordmann", "nordmann")),
    mapping("salutation", "Salutation", "Text", both("Salutation"), "Picklist", examples=("Mr.", "")),
    mapping(
        "jobtitle", "Job title", "Text", both("Title"), "Text(128)", Rule.TWO_WAY, examples=("Daglig leder", "CEO")
    ),
    mapping(
        "phone", "Phone number", "Phone", both("Phone"), "Phone", Rule.TWO_WAY, examples=("+47 22 12 34 56", "22123456")
    ),
    mapping("mobilephone", "Mobile phone number", "Phone", both("MobilePhone"), "Phone", Rule.TWO_WAY),
    mapping(
        "address",
        "Street address",
        "Text",
        {"Contact": "MailingStreet", "Lead": "Street"},
        "Text area(255)",
        warning="Longer than 255 characters is cut off in Salesforce",
        examples=("Storgata 1\n0155 Oslo", "Storgata 1"),
    ),
    mapping("city", "City", "Text", {"Contact": "MailingCity", "Lead": "City"}, "Text(40)", examples=("Oslo", "Oslo")),
    mapping(
        "country",
        "Country/Region",
        "Text",
        {"Contact": "MailingCountry", "Lead": "Country"},
        "Picklist",
        problem="12 values aren't in the picklist",
        examples=("Norway", "Norge"),
    ),
    mapping(
        "hubspot_owner_id",
        "Contact owner",
        "User",
        both("OwnerId"),
        "Lookup(User)",
        examples=("Kari Holm", "Kari Holm"),
    ),
    mapping("lifecyclestage", "Lifecycle stage", "Picklist", {"Lead": "Status"}, "Picklist", Rule.DONT_SYNC),
    mapping(
        "birthday",
        "Birthday",
        "Date",
        {"Contact": "Birthdate"},
        "Date",
        builtin=False,
        examples=("1974-05-17", "17.05.1974"),
    ),
    mapping("hs_lead_status", "Lead status", "Picklist", {"Lead": "Status"}, "Picklist", Rule.DONT_SYNC),
    mapping("website", "Website URL", "Text", {"Lead": "Website"}, "URL(255)", Rule.PREFER_HUBSPOT, builtin=False),
    mapping(
        "notes_last_contacted",
        "Last contacted",
        "read-only",
        {"Contact": "Last_contacted__c"},
        "Date/time",
        Rule.ALWAYS_HUBSPOT,
        builtin=False,
    ),
)
FIELDS = (
    FieldView("contacts", "email", "Email", "Text"),
    FieldView("contacts", "annualrevenue", "Annual revenue", "Number"),
    FieldView("contacts", "favourite_colour", "Favourite colour", "Text"),
    FieldView("contacts", "industry", "Industry", "Text"),
    FieldView("Contact", "Title", "Title", "Text(128)"),
    FieldView("Contact", "Department", "Department", "Text(80)"),
    FieldView("Contact", "Colour__c", "Colour", "Text(40)"),
    FieldView("Lead", "Industry", "Industry", "Picklist"),
    FieldView("Lead", "Colour__c", "Colour", "Text(40)"),
)


def passes(iso: Iso) -> list[PassView]:
    made = []
    for number in range(40):
        busy = number in (2, 5, 11, 30)
        tallies = (
            TallyView(
                Side.SALESFORCE,
                "contacts",
                3 if busy else 0,
                14 if busy else number % 4 == 3,
                0,
                0,
                0,
                int(number == 5),
            ),
            TallyView(
                Side.HUBSPOT,
                "contacts",
                2 if busy else 0,
                31 if busy else number % 3 == 0,
                int(number == 11),
                5 if busy else 0,
                0,
                0,
            ),
        )
        at = -142 - number * 61
        state = "cancelled" if number == 8 else "done"
        made.append(
            PassView(
                40 - number,
                False,
                state,
                "asked for" if number in (0, 8) else "schedule",
                iso(at),
                iso(at + (14.3 if busy else 1.2)),
                tallies,
                {"salesforce": 9 if busy else 3, "hubspot": 16 if busy else 7},
                "stopped by a person" if number == 8 else "",
            )
        )
    return made


def preview_pass(iso: Iso) -> PassView:
    return PassView(
        99,
        True,
        "done",
        "preview",
        iso(-4),
        iso(-1),
        (
            TallyView(Side.SALESFORCE, "contacts", 212, 17, 0, 0, 2, 14),
            TallyView(Side.HUBSPOT, "contacts", 975, 0, 0, 391, 0, 0),
        ),
        {"salesforce": 3, "hubspot": 7},
    )


def changes(planned: bool, number: int = 450) -> list[ChangeView]:
    made = []
    for row in range(number):
        side = Side.HUBSPOT if row % 3 else Side.SALESFORCE
        fields = [
            FieldChangeView("Job title", "CEO", "Daglig leder", "Salesforce's edit is newer"),
            FieldChangeView("Phone number", "", "+47 22 12 34 56", "blank in HubSpot"),
            FieldChangeView("City", "Oslo ", "Oslo", "Prefer Salesforce unless blank"),
        ][: 1 + row % 3]
        made.append(
            ChangeView(
                row,
                "contacts",
                side,
                "contacts" if side is Side.HUBSPOT else "Contact",
                f"{70_000 + row}",
                PEOPLE[row % len(PEOPLE)],
                "create" if row % 5 == 0 else "update",
                "planned" if planned else "failed" if row == 4 else "done",
                "new in Salesforce" if row % 5 == 0 else "edited in Salesforce",
                tuple(fields),
            )
        )
    return made


def defaults(pair: str) -> list[MappingView]:
    """The default mappings of companies, deals or tickets, as an org that has all of them shows them."""
    return [
        mapping(
            each.property,
            each.property.replace("_", " ").replace(".", " ").capitalize(),
            "Text",
            each.salesforce,
            "Text(255)",
            each.rule,
            True,
        )
        for each in default_mappings(pair)
    ]
