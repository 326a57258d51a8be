"""Chosen records by lists of ids and of values."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm, list_read
from crmsync_desktop.domain.errors import AllocationReached, BugError, LimitReached, SetupError
from crmsync_desktop.domain.records import UNSEEN, Side
from crmsync_desktop.domain.selection import Way, list_cost
from crmsync_desktop.ports.crm import Want
from crmsync_desktop.ports.selecting import Selected
from tests.adapters.salesforce.conftest import Site
from tests.adapters.salesforce.selecting import CONTACTS, fill, ids, known, pages, paid, records
from tests.contracts.workbench import HOSTILE

pytestmark = pytest.mark.http

NOBODY = "003Pr0000zzzzzzIAA"


def by_ids(site: Site, given: Sequence[str], after: str | None = None, want: Want = CONTACTS) -> list[Selected]:
    work = known(site, want.object)
    return site.use(lambda crm: pages(crm.select_ids(want, given, after=after)), schemas=work)  # type: ignore[no-any-return]


def by_value(site: Site, field: str, given: Sequence[str], after: str | None = None) -> list[Selected]:
    work = known(site, "Contact")
    return site.use(lambda crm: pages(crm.select_by(CONTACTS, field, given, after=after)), schemas=work)  # type: ignore[no-any-return]


def missing(found: list[Selected]) -> list[str]:
    return [value for page in found for value in page.missing]


def test_ids_come_in_their_order_ten_thousand_a_call(site: Site) -> None:
    made = fill(site, 10_100)
    asked = [*reversed(made), NOBODY]
    found = by_ids(site, asked)
    assert ids(found) == asked[:-1]
    assert missing(found) == [NOBODY]
    assert [(len(page.records), page.last) for page in found] == [(2_000, False)] * 5 + [(100, True)]
    assert {page.way for page in found} == {Way.PAGES}
    assert site.requests() == list_cost(len(asked)) == 2
    assert paid(site) == ["import"] * 2


def test_what_is_no_id_of_the_object_is_missing_without_a_call(site: Site) -> None:
    contact = site.org.insert("Contact", {"LastName": "Here"})
    gone = site.org.insert("Contact", {"LastName": "Gone"})
    lead = site.org.insert("Lead", {"LastName": "Lead", "Company": "Acme"})
    site.org.delete([gone])
    bad = ["nonsense", lead, "'; DROP", "0035500001QdRaYBAV"]
    found = by_ids(site, [contact[:15], *bad, gone, "", contact.lower(), contact])
    assert ids(found) == [contact]
    assert missing(found) == [*bad, gone]
    assert site.requests() == 1
    (page,) = by_ids(site, bad)
    assert (page.records, page.last, list(page.missing)) == ([], True, bad)
    assert site.requests() == 1


def test_an_empty_list_is_one_empty_last_page(site: Site) -> None:
    for found in (by_ids(site, []), by_value(site, "Email", ["", " "])):
        assert [(page.records, page.last, page.missing) for page in found] == [([], True, ())]
    assert site.requests() == 0


def test_a_list_goes_on_from_any_page(site: Site) -> None:
    made = fill(site, 4_100)
    asked = ["x", *made, NOBODY]
    whole = by_ids(site, asked)
    assert len(whole) == 3
    for number, page in enumerate(whole):
        rest = by_ids(site, asked, page.position)
        assert ids(whole[: number + 1]) + ids(rest) == made
        assert missing(whole[: number + 1]) + missing(rest) == ["x", NOBODY]
        with pytest.raises(BugError, match="position"):
            by_ids(site, made[:7], page.position)
    with pytest.raises(BugError, match="position"):
        by_ids(site, asked, "nonsense")


def test_the_allocation_stops_a_list_at_any_call_and_it_goes_on_later(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_read, "QUERIES", 1)
    made = fill(site, 2_100)
    found: list[str] = []
    position = None
    schemas = known(site, "Contact")
    for allowed in range(3):
        site.budget.set_allocation(Side.SALESFORCE, allowed)

        async def body(crm: SalesforceCrm, position: str | None = position) -> str | None:
            with suppress(AllocationReached):
                async for page in crm.select_ids(CONTACTS, made, after=position):
                    found.extend(record.id for record in page.records)
                    position = page.position
            return position

        position = site.use(body, schemas=schemas)
        assert site.requests() == allowed
    assert found == made


@pytest.mark.parametrize("what", ["lose", (503, "text/html", b"down")])
def test_a_lost_answer_is_asked_for_again(site: Site, what: object) -> None:
    made = fill(site, 50)
    site.faults.plan.append(("POST", "/composite", what))
    assert ids(by_ids(site, made)) == made
    assert site.requests() == 2
    refused = (403, "application/json", b'[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests"}]')
    site.faults.plan.append(("POST", "/composite", refused))
    with pytest.raises(LimitReached):
        by_ids(site, made)


def test_a_field_that_has_gone_since_is_unseen(site: Site) -> None:
    made = fill(site, 3)
    want = Want("Contact", ("LastName", "Title"))
    schemas = known(site, "Contact")
    site.org.change_setup(hidden_fields=("Contact.Title",))
    found = site.use(lambda crm: pages(crm.select_ids(want, made)), schemas=schemas)
    assert records(found)[0].cells == ["L0", UNSEEN]
    assert site.requests() == 1 + 2


def test_contact_roles_come_along(site: Site) -> None:
    contact = site.org.insert("Contact", {"LastName": "Buyer"})
    deal = site.org.insert("Opportunity", {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2027-02-01"})
    site.org.insert("OpportunityContactRole", {"OpportunityId": deal, "ContactId": contact, "Role": "Decision Maker"})
    (record,) = records(by_ids(site, [deal], want=Want("Opportunity", ("Name", "OpportunityContactRoles"))))
    assert contact in str(record.cells[1])


def test_people_are_found_by_their_e_mails_in_any_case(site: Site) -> None:
    made = fill(site, 30)
    twin = site.org.insert("Contact", {"LastName": "Twin", "Email": "E7@Example.com"})
    asked = ["nobody@example.com", "E9@EXAMPLE.COM ", "e7@example.com", "e9@example.com"]
    found = by_value(site, "email", asked)
    assert ids(found) == [made[9], made[7], twin]
    assert missing(found) == ["nobody@example.com"]
    assert site.requests() == 1


def test_values_that_need_escaping_find_what_equals_them_and_nothing_else(site: Site) -> None:
    fill(site, 5)
    stored = {text.strip(): text for text in HOSTILE if 0 < len(text.strip()) <= 80}
    made = {text: site.org.insert("Contact", {"LastName": text}) for text in stored}
    found = by_value(site, "LastName", HOSTILE)
    assert ids(found) == [made[text] for text in stored]
    assert missing(found) == ["x" * 5_000]


def test_letters_that_salesforce_takes_for_the_same_arent_what_was_asked_for(site: Site) -> None:
    gross = site.org.insert("Contact", {"LastName": "Gross"})
    other = site.org.insert("Contact", {"LastName": "Groß"})
    found = by_value(site, "LastName", ["Groß"])
    assert ids(found) == [other]
    assert ids(by_value(site, "LastName", ["gross"])) == [gross]


def test_more_records_than_a_page_may_have_one_value(site: Site) -> None:
    site.org.load(("Contact", {"LastName": "Same", "Email": f"e{n}@example.com"}) for n in range(4_500))
    other = site.org.insert("Contact", {"LastName": "Other"})
    asked = ["Same", "Nobody", "Other"]
    whole = by_value(site, "LastName", asked)
    assert [(len(page.records), page.last, page.missing) for page in whole] == [
        (2_000, False, ()),
        (2_000, False, ()),
        (501, True, ("Nobody",)),
    ]
    assert ids(whole)[-1] == other
    assert ids(by_value(site, "LastName", asked, whole[0].position)) == ids(whole)  # the value's own pages come again
    assert ids(by_value(site, "LastName", asked, whole[2].position)) == []


def test_a_long_answer_whose_locator_dies_is_asked_for_again(site: Site) -> None:
    site.org.load(("Contact", {"LastName": "Same", "Email": f"e{n}@example.com"}) for n in range(2_500))
    refused = (400, "application/json", b'[{"errorCode":"INVALID_QUERY_LOCATOR","message":"gone"}]')
    site.faults.plan.append(("GET", "/query/", refused))
    assert len(set(ids(by_value(site, "LastName", ["Same"])))) == 2_500
    assert site.requests() == 4


@pytest.mark.parametrize(
    ("field", "title"),
    [
        ("Nope", "Contact has no field Nope"),
        ("Description", "Contact can't be searched by Description"),
        ("Birthdate", "Contact can't be searched by Birthdate"),
        ("CreatedDate", "Contact can't be searched by CreatedDate"),
        ("MailingAddress", "Contact can't be searched by MailingAddress"),
    ],
)
def test_a_field_that_cant_be_searched_by_is_told_without_a_call(site: Site, field: str, title: str) -> None:
    with pytest.raises(SetupError, match=title):
        by_value(site, field, ["x"])
    assert site.requests() == 0
