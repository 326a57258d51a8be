"""The tables of stages and owners in words, both ways."""

from __future__ import annotations

import msgspec
import pytest

from crmsync_desktop.app.match_words import chosen_by, one_of, owners_view, stages_view
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.owners import Pairing, match_owners
from crmsync_desktop.domain.pipelines import Pipeline, Stage
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Owner
from crmsync_desktop.domain.stages import Choice, Tables, tables_of

STAGES = (Stage("Proposal/Price Quote", "Proposal/Price Quote"), Stage("Won", "Won", True, True))
BUSINESS = Pipeline("012B", "New Business", STAGES, True)
RENEWAL = Pipeline("012R", "Renewal", STAGES)
MASTER = Pipeline("", "Opportunity without a record type", STAGES, active=False)
SALES = Pipeline("default", "Sales Pipeline", (Stage("s1", "Offer"), Stage("s2", "Old", active=False)), True)
RENEWALS = Pipeline("2", "Renewal", (Stage("r1", "Offer"), Stage("r2", "Done", True, True)))


def tables(*choices: Choice) -> Tables:
    return tables_of([BUSINESS, RENEWAL, MASTER], [SALES, RENEWALS], choices)


def test_both_tables_are_listed_with_what_is_unpaired_gone_and_new() -> None:
    gone = Choice(Side.HUBSPOT, "012X", "", "default", "")
    view = stages_view("deals", tables(gone), ["New in HubSpot: “x”."])
    rows = [
        (row.to.value, row.pipeline_label, row.stage_label, row.target_label, row.target_stage_label)
        for row in view.rows
    ]
    assert rows == [
        ("salesforce", "Sales Pipeline", "", "New Business", ""),
        ("salesforce", "Sales Pipeline", "Offer", "New Business", "Proposal/Price Quote"),
        ("salesforce", "Renewal", "", "Renewal", ""),
        ("salesforce", "Renewal", "Offer", "Renewal", "Proposal/Price Quote"),
        ("salesforce", "Renewal", "Done", "Renewal", "Won"),
        ("hubspot", "New Business", "", "Sales Pipeline", ""),
        ("hubspot", "New Business", "Proposal/Price Quote", "Sales Pipeline", "Offer"),
        ("hubspot", "New Business", "Won", "Sales Pipeline", ""),
        ("hubspot", "Renewal", "", "Renewal", ""),
        ("hubspot", "Renewal", "Proposal/Price Quote", "Renewal", "Offer"),
        ("hubspot", "Renewal", "Won", "Renewal", "Done"),
    ]
    assert view.warnings == (
        "Salesforce's “New Business/Won” has no counterpart in HubSpot: such records wait.",
        "A choice doesn't count any more: “012X” → HubSpot's “default” isn't there.",
        "New in HubSpot: “x”.",
    )


def test_what_was_set_by_hand_is_marked_also_where_the_pipeline_goes_elsewhere() -> None:
    view = stages_view("deals", tables(Choice(Side.HUBSPOT, "012B", "Won", "2", "r2")), ())
    assert [(row.pipeline, row.stage, row.target, row.target_stage) for row in view.rows if row.chosen] == [
        ("012B", "Won", "2", "r2")
    ]


@pytest.mark.parametrize(
    ("hubspot", "salesforce", "choice"),
    [
        ("Sales Pipeline/Offer", "New Business/Proposal/Price Quote", ("default", "s1", "012B", STAGES[0].id)),
        ("s1", "012R/Won", ("default", "s1", "012R", "Won")),
        (" sales pipeline / offer ", "renewal/WON", ("default", "s1", "012R", "Won")),
        ("Done", "Renewal/Won", ("2", "r2", "012R", "Won")),
        ("Sales Pipeline", "Renewal", ("default", "", "012R", "")),
    ],
)
def test_places_are_written_by_label_or_id(hubspot: str, salesforce: str, choice: tuple[str, str, str, str]) -> None:
    outward, inward = chosen_by(tables(), hubspot, salesforce, None)
    assert outward == Choice(Side.SALESFORCE, *choice)
    assert inward == Choice(Side.HUBSPOT, *choice[2:], *choice[:2])
    assert chosen_by(tables(), hubspot, salesforce, Side.HUBSPOT) == [inward]


@pytest.mark.parametrize(
    ("hubspot", "salesforce", "told"),
    [
        ("Offer", "Renewal/Won", "Several have the stage “Offer”"),
        ("Sales Pipeline/Old", "Won", "Several have the stage “Won”"),
        ("Nope", "Renewal/Won", "HubSpot has no pipeline or stage “Nope”"),
        ("s1", "Nope", "Salesforce has no record type or stage “Nope”"),
        ("Sales Pipeline", "Renewal/Won", "A stage goes to a stage"),
    ],
)
def test_what_isnt_there_is_told_with_what_is(hubspot: str, salesforce: str, told: str) -> None:
    with pytest.raises(SetupError, match=told):
        chosen_by(tables(), hubspot, salesforce, None)


PEOPLE = (
    Owner(Side.SALESFORCE, "005A", "a@x.no", "Ann", True),
    Owner(Side.SALESFORCE, "005B", "b@x.no", "Bo", True),
    Owner(Side.SALESFORCE, "005C", "c@x.no", "Cat", False),
    Owner(Side.SALESFORCE, "005D", "d@x.no", "Dan", False),
    Owner(Side.HUBSPOT, "1", "a@x.no", "Ann", True),
    Owner(Side.HUBSPOT, "2", "bo@y.no", "Bo", True),
    Owner(Side.HUBSPOT, "3", "d@x.no", "Dan", True),
    Owner(Side.HUBSPOT, "4", "e@x.no", "Eve", False),
)


def test_people_are_listed_the_matched_ones_first() -> None:
    view = owners_view(match_owners(PEOPLE))
    found = [(row.salesforce and row.salesforce.name, row.hubspot and row.hubspot.id, row.how) for row in view.rows]
    assert found == [("Ann", "1", "e-mail"), ("Dan", "3", "e-mail"), ("Bo", None, ""), (None, "2", "")]
    paired = owners_view(match_owners(PEOPLE, [Pairing("005B", "2"), Pairing("005X", "2")]))
    assert ("Bo", "2", "chosen") in [
        (row.salesforce and row.salesforce.name, row.hubspot and row.hubspot.id, row.how) for row in paired.rows
    ]
    assert len(paired.warnings) == 1


def test_somebody_is_found_by_id_address_or_name() -> None:
    users = [owner for owner in PEOPLE if owner.side is Side.SALESFORCE]
    for text in ("005B", "B@X.no ", "bo"):
        assert one_of(users, text, Side.SALESFORCE).id == "005B"
    with pytest.raises(SetupError, match="no user “Zoe”"):
        one_of(users, "Zoe", Side.SALESFORCE)
    twins = [msgspec.structs.replace(user, name="Twin") for user in users]
    with pytest.raises(SetupError, match="several owners “twin”"):
        one_of(twins, "twin", Side.HUBSPOT)
