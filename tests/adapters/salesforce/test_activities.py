"""Activities: tasks by what they stand for, and events. Read, created, updated, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from crmsync_desktop.adapters.salesforce import SalesforceCrm
from crmsync_desktop.adapters.salesforce.cursor import load
from crmsync_desktop.adapters.salesforce.variants import variant_of
from crmsync_desktop.domain.errors import BugError
from crmsync_desktop.domain.records import Category, Observed, Op, Outcome, Presence, Side, Write, Written
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.ports.crm import Page, Want
from tests.adapters.salesforce.conftest import Site
from tests.contracts.crm_contract import cursor, pages, records

pytestmark = pytest.mark.http

VARIANTS = ("Task", "Task.Call", "Task.Email", "Task.Meeting", "Task.Note", "Task.Form")
READABLE = VARIANTS[:3]


def want(object: str, since: str | None = None, *fields: str) -> Want:
    return Want(object, fields or ("Subject", "Description", "WhoId"), ("Id",), since)


def read(site: Site, *wants: Want, **options: Any) -> list[Page]:
    return site.use(lambda crm: pages(crm, *wants), **options)  # type: ignore[no-any-return]


def of(found: list[Page], object: str) -> dict[str, Observed]:
    return records([page for page in found if page.object == object])


def create(site: Site, key: str, object: str, **values: str | None) -> Write:
    journaled = datetime.fromtimestamp(site.clock.now(), UTC).isoformat()
    return Write(key, Side.SALESFORCE, object, Op.CREATE, None, dict(values), f"origin-{key}", journaled)


def written(site: Site, *writes: Write, **options: Any) -> list[Written]:
    return site.use(lambda crm: crm.write(writes), **options)  # type: ignore[no-any-return]


def schemas(site: Site, *objects: str) -> dict[str, Schema]:
    return site.use(lambda crm: crm.schemas(objects))  # type: ignore[no-any-return]


def test_each_variant_is_created_as_what_it_is_and_read_by_its_id(site: Site) -> None:
    contact = site.org.insert("Contact", {"LastName": "Person"})
    answers = written(site, *(create(site, name, name, Subject=f"S {name}", WhoId=contact) for name in VARIANTS))
    assert [answer.outcome for answer in answers] == [Outcome.DONE] * 6
    rows = [site.org.get(answer.id or "") or {} for answer in answers]
    assert [row["TaskSubtype"] for row in rows] == ["Task", "Call", "Email", "Task", "Task", "Task"]
    assert [row["Status"] for row in rows] == ["Not Started", *["Completed"] * 5]
    assert [row["IsClosed"] for row in rows] == [False, *[True] * 5]
    for name, answer in zip(VARIANTS, answers, strict=True):
        (seen,) = site.use(lambda crm, name=name, id=answer.id: crm.read(want(name), [id]))
        assert (seen.object, seen.presence) == (name, Presence.LIVE)
        assert seen.cells == [f"S {name}", None, contact]


def test_variants_are_read_apart_with_one_query(site: Site) -> None:
    made = {
        name: site.org.insert("Task", {"Subject": name, **({"TaskSubtype": subtype} if subtype else {})})
        for name, subtype in (("Task", None), ("Task.Call", "Call"), ("Task.Email", "Email"))
    }
    known = schemas(site, *READABLE).values()
    before = site.requests()
    first = read(site, *map(want, READABLE), schemas=known)
    assert site.requests() - before == 1
    assert {name: set(of(first, name)) for name in READABLE} == {name: {id} for name, id in made.items()}
    since = {name: cursor(first, name) for name in READABLE}
    site.pass_time(60)
    site.org.update(made["Task.Call"], {"Description": "Talked"})
    site.org.delete([made["Task"]])
    before = site.requests()
    second = read(site, *(want(name, since[name]) for name in READABLE), schemas=known)
    assert site.requests() - before == 1
    assert of(second, "Task")[made["Task"]].presence is Presence.DELETED
    assert of(second, "Task.Call")[made["Task.Call"]].cells[1] == "Talked"
    assert [page.object for page in second if page.last] == list(READABLE)


def loaded(site: Site, object: str, **values: Any) -> str:
    """A record as only the system makes them."""
    site.org.load([(object, values)])
    row = site.org.store.db.execute(f'SELECT Id FROM "{object}" ORDER BY _n DESC LIMIT 1').fetchone()
    return str(row[0])


def since_now(site: Site, *objects: str) -> dict[str, str]:
    start = datetime.fromtimestamp(site.clock.now(), UTC).isoformat()

    async def begin(crm: SalesforceCrm) -> dict[str, str]:
        return {object: crm.starting(object, start) for object in objects}

    return site.use(begin)  # type: ignore[no-any-return]


def test_series_archived_tasks_and_other_subtypes_are_nobodys(site: Site) -> None:
    plain = site.org.insert("Task", {"Subject": "Plain"})
    for values in ({"IsRecurrence": True}, {"IsArchived": True}, {"TaskSubtype": "ListEmail"}):
        loaded(site, "Task", Subject="Other", **values)
    none = loaded(site, "Task", Subject="Of no subtype", TaskSubtype=None)
    for since in (None, site.use(_beginning)):
        found = read(site, *(want(name, since) for name in READABLE))
        assert {name: set(of(found, name)) for name in READABLE} == {
            "Task": {plain, none},
            "Task.Call": set(),
            "Task.Email": set(),
        }


async def _beginning(crm: SalesforceCrm) -> str:
    return crm.starting("Task", "2020-01-01T00:00:00Z")


def test_an_archived_task_is_no_tombstone_and_a_deleted_one_is(site: Site) -> None:
    kept = loaded(site, "Task", Subject="Old", Status="Completed", IsClosed=True, ActivityDate="2020-01-01")
    thrown = loaded(site, "Task", Subject="Old", Status="Completed", IsClosed=True, ActivityDate="2020-01-01")
    first = read(site, want("Task"))
    assert set(of(first, "Task")) == {kept, thrown}
    site.pass_time(7_200)
    site.org.purge()  # what the org does by itself: both are archived
    site.org.delete([thrown])
    found = of(read(site, want("Task", cursor(first, "Task"))), "Task")
    assert {id: record.presence for id, record in found.items()} == {thrown: Presence.DELETED}


def test_events_that_are_copies_patterns_or_private_are_left_out(site: Site) -> None:
    times = {"StartDateTime": "2027-01-20T10:00:00.000+0000", "EndDateTime": "2027-01-20T11:00:00.000+0000"}
    own = loaded(site, "Event", Subject="Own", **times)
    organised = loaded(site, "Event", Subject="Organised", IsGroupEvent=True, GroupEventType="1", **times)
    occurrence = loaded(site, "Event", Subject="Occurrence", RecurrenceActivityId=own, **times)
    for values in (
        {"IsChild": True},
        {"IsRecurrence": True},
        {"IsRecurrence2": True},
        {"IsPrivate": True},
        {"IsArchived": True},
        {"GroupEventType": "3"},
    ):
        loaded(site, "Event", Subject="Left out", **values, **times)
    found = read(site, want("Event", None, "Subject", "StartDateTime", "EndDateTime"))
    assert {record.cells[0] for record in records(found).values()} == {"Own", "Organised", "Occurrence"}
    assert set(records(found)) == {own, organised, occurrence}
    assert records(found)[own].cells[1:] == ["2027-01-20T10:00:00Z", "2027-01-20T11:00:00Z"]


@pytest.mark.parametrize("object", ["Task.Meeting", "Task.Note", "Task.Form"])
def test_what_cannot_be_told_from_to_dos_is_never_asked_for(site: Site, object: str) -> None:
    known = schemas(site, object).values()
    before = site.requests()
    with pytest.raises(BugError):
        read(site, want(object), schemas=known)
    with pytest.raises(BugError):
        site.use(lambda crm: crm.count(object, None), schemas=known)
    assert site.requests() == before


def test_an_update_leaves_alone_what_it_does_not_name(site: Site) -> None:
    made = site.org.insert("Task", {"Subject": "Talk", "TaskSubtype": "Call", "Status": "In Progress"})
    change = Write("u", Side.SALESFORCE, "Task.Call", Op.UPDATE, made, {"Description": "Talked"})
    assert [answer.outcome for answer in written(site, change)] == [Outcome.DONE]
    row = site.org.get(made) or {}
    assert (row["Subject"], row["Status"], row["Description"]) == ("Talk", "In Progress", "Talked")
    (refused,) = written(site, Write("v", Side.SALESFORCE, "Task.Call", Op.UPDATE, made, {"TaskSubtype": "Email"}))
    assert (refused.outcome, refused.faults[0].category) == (Outcome.FAILED, Category.PERMISSIONS)
    assert refused.faults[0].fields == ("TaskSubtype",)
    assert (site.org.get(made) or {})["TaskSubtype"] == "Call"


def test_variants_contacts_and_events_go_out_in_one_request(site: Site) -> None:
    known = schemas(site, *VARIANTS, "Event", "Contact").values()
    event = {"Subject": "Meet", "StartDateTime": "2027-01-20T10:00:00Z", "EndDateTime": "2027-01-20T11:00:00Z"}
    creates = [create(site, f"{name}{n}", name, Subject="S") for name in VARIANTS for n in range(3)]
    creates.append(create(site, "e", "Event", **event))
    before = site.requests()
    assert {answer.outcome for answer in written(site, *creates, schemas=known)} == {Outcome.DONE}
    assert site.requests() - before == 1


def test_what_an_activity_belongs_to_is_refused_as_an_association(site: Site) -> None:
    account, gone, contact = (
        site.org.insert("Account", {"Name": "A"}),
        site.org.insert("Contact", {"LastName": "Gone"}),
        site.org.insert("Contact", {"LastName": "Here"}),
    )
    lead, converted = (site.org.insert("Lead", {"LastName": "L", "Company": "C"}) for _ in range(2))
    site.org.convert_lead(converted)
    site.org.delete([gone])
    nobody = "003000000000999AAA"
    cases: list[tuple[dict[str, str], tuple[str, ...]]] = [
        ({"WhoId": lead, "WhatId": account}, ("WhatId",)),
        ({"WhoId": account}, ("WhoId",)),
        ({"WhatId": contact}, ("WhatId",)),
        ({"WhoId": gone}, ("WhoId",)),
        ({"WhoId": gone, "WhatId": account}, ("WhoId", "WhatId")),
        ({"WhoId": nobody}, ("WhoId",)),
        ({"WhoId": converted}, ("WhoId",)),
    ]
    event = {"StartDateTime": "2027-01-20T10:00:00Z", "EndDateTime": "2027-01-20T11:00:00Z"}
    for object, more in (("Task", {}), ("Task.Note", {}), ("Event", event)):
        writes = [create(site, str(n), object, Subject="S", **more, **values) for n, (values, _) in enumerate(cases)]
        for answer, (_, fields) in zip(written(site, *writes), cases, strict=True):
            assert (answer.outcome, answer.faults[0].category) == (Outcome.FAILED, Category.ASSOCIATIONS)
            assert answer.faults[0].fields == fields
    task = site.org.insert("Task", {"Subject": "S", "WhoId": contact, "WhatId": account})
    (answer,) = written(site, Write("u", Side.SALESFORCE, "Task", Op.UPDATE, task, {"WhoId": lead}))
    assert (answer.faults[0].category, answer.faults[0].fields) == (Category.ASSOCIATIONS, ("WhatId",))


def test_a_hidden_account_is_named_as_what_may_not_be_seen(site: Site) -> None:
    account = site.org.insert("Account", {"Name": "A"})
    contact = site.org.insert("Contact", {"LastName": "Here"})
    site.org.change_setup(hidden_records=(account,))
    (answer,) = written(site, create(site, "a", "Task", Subject="S", WhoId=contact, WhatId=account))
    assert (answer.faults[0].category, answer.faults[0].fields) == (Category.PERMISSIONS, ("WhatId",))


def test_lengths_are_refused_one_by_one(site: Site) -> None:
    fits, long, body = written(
        site,
        create(site, "a", "Task.Call", Subject="x" * 255, Description="y" * 32_000),
        create(site, "b", "Task.Call", Subject="x" * 256),
        create(site, "c", "Task.Call", Subject="x", Description="y" * 32_001),
    )
    assert fits.outcome is Outcome.DONE
    for answer, field in ((long, "Subject"), (body, "Description")):
        assert (answer.faults[0].code, answer.faults[0].fields) == ("STRING_TOO_LONG", (field,))


def test_related_to_an_object_of_the_org_is_read_as_it_is(site: Site) -> None:
    campaign = site.org.insert("Campaign", {"Name": "C"})
    task = site.org.insert("Task", {"Subject": "S", "WhatId": campaign})
    (seen,) = site.use(lambda crm: crm.read(want("Task", None, "WhatId"), [task]))
    assert seen.cells == [campaign]


def test_tasks_go_with_their_account_and_stay_with_a_converted_lead(site: Site) -> None:
    account = site.org.insert("Account", {"Name": "A"})
    lead = site.org.insert("Lead", {"LastName": "L", "Company": "C"})
    about = site.org.insert("Task", {"Subject": "About", "WhatId": account})
    whose = site.org.insert("Task", {"Subject": "Whose", "WhoId": lead, "TaskSubtype": "Call"})
    first = read(site, want("Task"), want("Task.Call"))
    site.pass_time(60)
    site.org.delete([account])
    made = site.org.convert_lead(lead)
    found = read(site, want("Task", cursor(first, "Task")), want("Task.Call", cursor(first, "Task.Call")))
    assert of(found, "Task")[about].presence is Presence.DELETED
    assert of(found, "Task.Call")[whose].cells[2] == made["contact"]


def test_variants_with_cursors_far_apart_are_read_by_queries_of_their_own(site: Site) -> None:
    old = site.org.insert("Task", {"Subject": "Old"})
    called = site.org.insert("Task", {"Subject": "Old call", "TaskSubtype": "Call"})
    early = since_now(site, "Task.Call")["Task.Call"]
    site.pass_time(5 * 86_400)
    late = since_now(site, "Task")["Task"]
    new = site.org.insert("Task", {"Subject": "New"})
    known = schemas(site, *READABLE).values()
    before = site.requests()
    found = read(site, want("Task.Call", early), want("Task", late), want("Task.Email"), schemas=known)
    assert site.requests() - before == 1
    assert (set(of(found, "Task")), set(of(found, "Task.Call"))) == ({new}, {called})
    assert old not in records(found)
    assert sorted(page.object for page in found if page.last) == sorted(READABLE)


def test_the_earliest_cursor_counts_for_variants_that_are_near(site: Site) -> None:
    early = since_now(site, "Task.Call")["Task.Call"]
    site.pass_time(3_600)
    called = site.org.insert("Task", {"Subject": "Call", "TaskSubtype": "Call"})
    site.pass_time(3_600)
    late = since_now(site, "Task")["Task"]
    found = read(site, want("Task", late), want("Task.Call", early))
    assert set(of(found, "Task.Call")) == {called}
    ended, begun = load(cursor(found, "Task")), load(late)
    assert ended is not None
    assert begun is not None
    assert ended.since == begun.since  # it never goes back, whatever the other's is


def test_thousands_of_one_second_come_once_each_and_a_lost_place_is_found_again(site: Site) -> None:
    stamp = int(site.clock.now()) - 5_000
    kinds = (None, "Task", "Call", "Email", "ListEmail")
    site.org.load(
        ("Task", {"Subject": f"T{n}", "TaskSubtype": kinds[n % 5], "SystemModstamp": stamp}) for n in range(5_000)
    )
    gone = (400, "application/json", b'[{"errorCode":"INVALID_QUERY_LOCATOR","message":"invalid query locator"}]')
    for plan in ([], [("GET", "/query", gone)]):
        site.faults.plan = list(plan)
        found = read(site, *map(want, READABLE))
        assert [len(of(found, name)) for name in READABLE] == [2_000, 1_000, 1_000]
        assert all(variant_of({"TaskSubtype": None}) == "Task" for _ in found)
        assert [page.object for page in found if page.last] == list(READABLE)


def test_counts_are_by_variant_and_take_one_call_each(site: Site) -> None:
    for subtype in (None, "Task", "Call", "Call", "Email", "ListEmail"):
        loaded(site, "Task", Subject="S", TaskSubtype=subtype)
    loaded(site, "Task", Subject="Series", IsRecurrence=True)
    known = schemas(site, *READABLE, "Event").values()
    before = site.requests()
    numbers = [site.use(lambda crm, name=name: crm.count(name, None), schemas=known) for name in (*READABLE, "Event")]
    assert numbers == [2, 2, 1, 0]
    assert site.requests() - before == 4


def test_find_keeps_to_its_variant(site: Site) -> None:
    call = site.org.insert("Task", {"Subject": "Same", "TaskSubtype": "Call"})
    task = site.org.insert("Task", {"Subject": "Same"})
    for name, id in (("Task.Call", call), ("Task", task), ("Task.Note", task)):
        found = site.use(lambda crm, name=name: crm.find(want(name), "Subject", ["same"]))
        assert [record.id for record in found] == [id]


def test_there_is_no_history_of_activities_to_ask_for(site: Site) -> None:
    task = site.org.insert("Task", {"Subject": "Same"})
    known = schemas(site, "Task").values()
    before = site.requests()
    assert site.use(lambda crm: crm.edits(want("Task"), [task], ["Subject"]), schemas=known) == {}
    assert site.requests() == before
