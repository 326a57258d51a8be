"""Creates whose answer was lost are found again, each its own record."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmsync_desktop.domain.records import Op, Outcome, Side, Write, Written
from tests.adapters.salesforce.conftest import Site

pytestmark = pytest.mark.http

NO_FIELD = pytest.mark.parametrize("site", [{"external_id_field": False}], indirect=True)


def create(site: Site, key: str, sobject: str = "Contact", origin: str | None = None, **values: str | None) -> Write:
    journaled = datetime.fromtimestamp(site.clock.now() + 0.75, UTC).isoformat()
    return Write(key, Side.SALESFORCE, sobject, Op.CREATE, None, dict(values), origin, journaled)


def recover(site: Site, *creates: Write) -> list[Written]:
    return site.use(lambda crm: crm.recover(creates))  # type: ignore[no-any-return]


def found(answers: list[Written]) -> list[str | None]:
    assert all((answer.outcome is Outcome.DONE) == (answer.id is not None) for answer in answers)
    assert all(answer.outcome in (Outcome.DONE, Outcome.FAILED) and not answer.faults for answer in answers)
    return [answer.id for answer in answers]


def test_by_external_id_whoever_and_whenever(site: Site) -> None:
    made = site.org.insert("Contact", {"LastName": "Made", "CRMSync_HubSpot_Id__c": "o'7"})
    site.pass_time(1_000)
    answers = recover(
        site,
        create(site, "a", origin="o'7", LastName="Made"),
        create(site, "b", origin="8", LastName="Made"),
    )
    assert found(answers) == [made, None]


@NO_FIELD
def test_by_address_without_case(site: Site) -> None:
    lost = create(site, "a", LastName="Last", Email="Someone@Example.com")
    never = create(site, "b", LastName="Last", Email="nobody@example.com")
    made = site.org.insert("Contact", {"LastName": "Last", "Email": "someone@example.com"})
    assert found(recover(site, lost, never)) == [made, None]


@NO_FIELD
def test_by_name_where_there_is_no_address(site: Site) -> None:
    lost = create(site, "a", FirstName="Ada", LastName="O'Neil")
    other = create(site, "b", FirstName="Bob", LastName="O'Neil")
    made = site.org.insert("Contact", {"FirstName": "Ada", "LastName": "O'Neil"})
    assert found(recover(site, lost, other)) == [made, None]


@NO_FIELD
def test_what_was_there_before_the_journal_is_not_it(site: Site) -> None:
    site.org.insert("Contact", {"LastName": "Twin", "Email": "twin@example.com"})
    site.pass_time(60)
    lost = create(site, "a", LastName="Twin", Email="twin@example.com")
    assert found(recover(site, lost)) == [None]


@NO_FIELD
def test_what_someone_else_made_is_not_it(site: Site) -> None:
    lost = create(site, "a", LastName="Twin", Email="twin@example.com")
    other = next(user["Id"] for user in site.org.users() if user["IsActive"] and user["Id"] != site.org.admin_id)
    site.org.insert("Contact", {"LastName": "Twin", "Email": "twin@example.com"}, other)
    assert found(recover(site, lost)) == [None]


@NO_FIELD
def test_two_alike_get_a_record_each_and_one_record_is_given_once(site: Site) -> None:
    lost = [create(site, key, LastName="Smith", Title=f"Title {key}") for key in ("a", "b", "c")]
    second = site.org.insert("Contact", {"LastName": "Smith", "Title": "Title b"})
    first = site.org.insert("Contact", {"LastName": "Smith", "Title": "Title a"})
    assert found(recover(site, *lost)) == [first, second, None]


@NO_FIELD
def test_of_several_the_oldest(site: Site) -> None:
    lost = create(site, "a", LastName="Smith")
    oldest = site.org.insert("Contact", {"LastName": "Smith"})
    site.pass_time(5)
    site.org.insert("Contact", {"LastName": "Smith"})
    assert found(recover(site, lost)) == [oldest]


@NO_FIELD
def test_one_thrown_away_since_is_not_made_again(site: Site) -> None:
    lost = create(site, "a", LastName="Smith", Email="s@example.com")
    made = site.org.insert("Contact", {"LastName": "Smith", "Email": "s@example.com"})
    site.org.delete([made])
    assert found(recover(site, lost)) == [made]


@NO_FIELD
def test_two_hundred_of_two_objects_take_one_query_call(site: Site) -> None:
    lost = [
        create(site, f"{n}", "Lead" if n % 2 else "Contact", LastName=f"L{n}", Email=f"e{n}@example.com")
        for n in range(200)
    ]
    made = {
        one.key: site.org.insert(one.object, {**one.values, **({"Company": "Acme"} if one.object == "Lead" else {})})
        for one in lost[:150]
    }
    answers = recover(site, *lost)
    assert [answer.id for answer in answers] == [made.get(one.key) for one in lost]
    assert site.budget.calls(purpose="recover") == 1


def test_nothing_lost_costs_nothing(site: Site) -> None:
    assert recover(site) == []
    assert site.requests() == 0


@NO_FIELD
def test_what_was_made_before_this_creates_own_journal_entry_is_not_it(site: Site) -> None:
    earlier = create(site, "a", LastName="Else", Email="else@example.com")
    site.org.insert("Contact", {"LastName": "Twin", "Email": "twin@example.com"})
    site.pass_time(60)
    later = create(site, "b", LastName="Twin", Email="twin@example.com")
    assert found(recover(site, earlier, later)) == [None, None]
