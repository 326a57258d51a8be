"""The records that life happens to, one kind for each object that syncs, and the table of which event has to be tried with
which of them.

    event                         contact  lead  company  deal  ticket
    deleted in Salesforce            x      x       x       x      x
    undeleted in Salesforce          x      x       x       x      x
    archived in HubSpot              x      x       x       x      x
    restored in HubSpot              x      x       x       x      x
    erased in HubSpot (GDPR)         x      x
    merged in Salesforce             x      x       x              x     an opportunity can't be merged
    merged in HubSpot                x      x       x       x      x
    converted                               x
    hidden by permissions            x      x       x       x      x
    off the inclusion list           x      x                            only contacts have one
    owner deactivated                x      x       x       x      x
    field removed in Salesforce      x      x       x       x      x
    field removed in HubSpot         x      x       x       x      x
    field retyped in Salesforce      x      x       x       x      x
    field retyped in HubSpot         x      x       x       x      x
    value renamed in Salesforce      x      x       x       x      x
    value renamed in HubSpot         x      x       x       x      x

Each is tried twice: between two passes, and during one (it has read both sides by then, and is about to plan and write).
`covers` says which cells a test fills, and makes it run for them; test_table.py fails for a cell without a test. The kinds of
one test go through it side by side, in the same passes: a test is a story that yields where it wants a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pytest

from crmsync_desktop.domain.mapping import Rule
from crmsync_desktop.domain.records import Side
from tests.acceptance.life.world import Deed, World

REST: Final = "rest"
"""A step of a story: sync until nothing is written any more."""
PASS: Final = "pass"
"""A step of a story: one pass."""


@dataclass(frozen=True, slots=True)
class During:
    """A step of a story: a pass during which this happens."""

    deed: Deed


Step = str | During
Story = Generator[Step, None, None]
_LONG_AGO: Final = 7_200.0
BETWEEN: Final = "between"
DURING: Final = "during"


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """`text`: the same text field on both sides; `picked`: a picklist on both sides, with (HubSpot, Salesforce) values."""

    name: str
    pair: str
    sobject: str
    type: str
    text: tuple[str, str]
    needs: dict[str, str]
    title: str
    title_property: str


CONTACT = Kind("contact", "contacts", "Contact", "contacts", ("Title", "jobtitle"), {}, "LastName", "lastname")
LEAD = Kind("lead", "contacts", "Lead", "contacts", ("Title", "jobtitle"), {"Company": "Acme"}, "LastName", "lastname")
COMPANY = Kind("company", "companies", "Account", "companies", ("Description", "description"), {}, "Name", "name")
DEAL = Kind(
    "deal", "deals", "Opportunity", "deals", ("Description", "description"),
    {"StageName": "Prospecting", "CloseDate": "2027-01-31"}, "Name", "dealname",
)  # fmt: skip
TICKET = Kind("ticket", "tickets", "Case", "tickets", ("Description", "content"), {}, "Subject", "subject")
PEOPLE: Final = (CONTACT, LEAD)
ALL: Final = (CONTACT, LEAD, COMPANY, DEAL, TICKET)

TABLE: Final[dict[str, tuple[Kind, ...]]] = {
    "deleted in Salesforce": ALL,
    "undeleted in Salesforce": ALL,
    "archived in HubSpot": ALL,
    "restored in HubSpot": ALL,
    "erased in HubSpot": PEOPLE,
    "merged in Salesforce": (CONTACT, LEAD, COMPANY, TICKET),
    "merged in HubSpot": ALL,
    "converted": (LEAD,),
    "hidden by permissions": ALL,
    "off the inclusion list": PEOPLE,
    "owner deactivated": ALL,
    "field removed in Salesforce": ALL,
    "field removed in HubSpot": ALL,
    "field retyped in Salesforce": ALL,
    "field retyped in HubSpot": ALL,
    "value renamed in Salesforce": ALL,
    "value renamed in HubSpot": ALL,
}
COVERED: Final[dict[tuple[str, str, str], list[str]]] = {}
"""Which tests fill a cell: (event, kind, when) → their names."""


def covers(event: str, *kinds: Kind) -> Callable[[Any], Any]:
    """The test is about this event. It is a story (`here`, `kind`, `when`) that is told for all these kinds at once, and runs
    for both."""

    def mark(test: Callable[[World, Kind, str], Story]) -> Any:
        for kind in kinds:
            for each in (BETWEEN, DURING):
                COVERED.setdefault((event, kind.name, each), []).append(test.__name__)

        def together(here: World, when: str) -> None:
            play(here, {kind.name: test(here, kind, when) for kind in kinds})

        together.__name__, together.__doc__, together.__module__ = test.__name__, test.__doc__, test.__module__
        return pytest.mark.parametrize("when", [BETWEEN, DURING])(together)

    return mark


def play(here: World, stories: Mapping[str, Generator[Step, None, Any]]) -> dict[str, Any]:
    """Tell several stories side by side: what they wait for happens for all of them in the same passes. Gives what each
    returns."""
    told: dict[str, Any] = {}
    while len(told) < len(stories):
        steps: list[Step] = []
        for name, story in stories.items():
            if name in told:
                continue
            try:
                steps.append(next(story))
            except StopIteration as end:
                told[name] = end.value
            except AssertionError as error:
                error.add_note(f"with a {name}")
                raise
        if not steps:
            continue
        assert not told, "the stories came apart"
        deeds = [step.deed for step in steps if isinstance(step, During)]
        assert len(deeds) in (0, len(steps)), "the stories came apart"
        if deeds:
            here.sync(during=partial(_all, deeds))
        elif steps[0] is REST:
            here.settled(6)
        else:
            here.sync()
    return told


def _all(deeds: Sequence[Deed]) -> None:
    for deed in deeds:
        deed()


def now(here: World, story: Generator[Step, None, Any]) -> Any:
    """One story alone, up to its end."""
    return play(here, {"record": story})["record"]


def covers_all(event: str) -> Callable[[Any], Any]:
    """The test is about this event, for all of its kinds at once; it takes `when`, and runs for both."""

    def mark(test: Any) -> Any:
        for kind in TABLE[event]:
            for each in (BETWEEN, DURING):
                COVERED.setdefault((event, kind.name, each), []).append(test.__name__)
        return pytest.mark.parametrize("when", [BETWEEN, DURING])(test)

    return mark


def everything_on(here: World, **settings: object) -> None:
    """All pairs sync, and the text fields are two-way. What was done before is so long ago that no pass reads it again."""
    here.admin.advance(_LONG_AGO)
    here.plain_settings(**{name: {"enabled": True} for name in ("companies", "deals", "tickets")})
    here.settings(**settings)
    for kind in ALL:
        here.rule(kind.pair, kind.text[1], Rule.TWO_WAY)


def in_salesforce(here: World, kind: Kind, **fields: str) -> str:
    """A new record; an account comes with a contact, without which it would get no company."""
    number = here.number()
    own = {kind.title: f"{kind.name}-{number:04}", **kind.needs}  # no name is a part of another
    if kind in PEOPLE:
        own["Email"] = f"{kind.name}{number}@example.com"
    id = here.make("salesforce", kind.sobject, **{**own, **fields})
    if kind is COMPANY:
        email = f"of{number}@example.com"
        here.make("salesforce", "Contact", LastName=f"Of {number}", Email=email, AccountId=id)
    return id


def linked(here: World, kind: Kind, **fields: str) -> Generator[Step, None, tuple[str, str]]:
    """A record of both systems: (Salesforce id, HubSpot id)."""
    id = in_salesforce(here, kind, **fields)
    yield REST
    return id, partner(here, kind, id)


def partner(here: World, kind: Kind, id: str) -> str:
    found = here.partner(kind.pair, Side.SALESFORCE, id)
    assert found is not None, f"{kind.name} {id} has no counterpart"
    return found


def happens(here: World, when: str, deed: Deed) -> Story:
    """Let it happen, and everything come to rest. During a pass, that pass is about another record of the same kinds."""
    if when == DURING:
        here.make("salesforce", "Contact", LastName=f"Bystander {here.number()}")
        yield During(deed)
    else:
        deed()
    yield REST


def salesforce(here: World, kind: Kind, id: str) -> dict[str, Any]:
    return here.record("salesforce", kind.sobject, id)


def hubspot(here: World, kind: Kind, id: str) -> dict[str, Any]:
    return here.record("hubspot", kind.type, id)


def text_of(here: World, kind: Kind, salesforce_id: str, hubspot_id: str) -> tuple[str | None, str | None]:
    """What the text field says on both sides."""
    field, property = kind.text
    return salesforce(here, kind, salesforce_id).get(field), hubspot(here, kind, hubspot_id).get(property)


def twins(here: World, kind: Kind, title: str) -> tuple[int, int]:
    """How many live records of that name each side has."""
    return len(here.named("salesforce", kind.sobject, title)), len(here.named("hubspot", kind.type, title))
