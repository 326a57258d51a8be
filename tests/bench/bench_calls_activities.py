"""API calls of passes with all ten pairs on, of rules and of imports, as the practice orgs count them, beside the least
possible (apis 5)."""

from __future__ import annotations

import tempfile
from math import ceil
from pathlib import Path
from typing import Any

from crmsync_desktop.domain.action_rules import When
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import Settings
from crmsync_desktop.engine import canary
from tests.acceptance.actions.office import Office
from tests.acceptance.desk import Desk, desk
from tests.acceptance.life.world import World, world, written
from tests.bench.figure import Figure

LIMIT_SECONDS = 240
PEOPLE = 400
HOURS = 3600
PAIRS = ("companies", "deals", "tickets", "tasks", "calls", "emails", "meetings", "notes", "forms")
QUIET = {"salesforce": 1, "hubspot": 10}
"""Salesforce: one composite. HubSpot: a search for each of nine objects, and one for who came in through a form."""
CALLS = (10, 1_000)
KINDS = 4
"""Objects that an activity may belong to: each is one read of associations for 1,000 activities."""
TASKS = 1_000
SUBMISSIONS = 100
FIRINGS = 100
IMPORTS = (1_300, 20_000)
"""People in the org, five of eight of whom are contacts: one page, and enough for a bulk job."""
BULK_FROM = 12_000
CALL_TO_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 194}


def bench() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, world(Path(folder), contacts=PEOPLE, only="salesforce") as here:
        figures = _activities(here)
    for people in IMPORTS:
        with tempfile.TemporaryDirectory() as folder, desk(Path(folder), contacts=people, only="salesforce") as opened:
            figures += _import(opened)
    return figures


def _activities(here: World) -> list[Figure]:
    here.settings(**{pair: {"enabled": True} for pair in PAIRS})
    here.sync()
    _submit(here, 1)  # from now on the form is known
    _settle(here)
    linked = [id for id in (each["id"] for each in here.hubspot.all("email")) if _partner(here, id)]
    figures = _figures("nothing changed, ten pairs", _counted(here), QUIET, 0)
    for count in CALLS:
        _log_calls(here, count, linked)
        here.admin.advance(60)
        pages, associations = ceil(count / 200) - 1, KINDS * ceil(count / 1000)
        least = {
            "salesforce": QUIET["salesforce"] + ceil(count / 200) + ceil(count / 2000),  # written, and read back
            "hubspot": QUIET["hubspot"] + pages + associations,
        }
        figures += _figures(f"{count:,} new calls in HubSpot", _counted(here), least, count)
        _settle(here)
    _make_tasks(here, [str(_partner(here, id)) for id in linked])
    # One call queries five objects at most; what is new of the sixth is queried in a second one.
    least = {"salesforce": QUIET["salesforce"] + 1, "hubspot": QUIET["hubspot"] + ceil(TASKS / 100)}
    figures += _figures(f"{TASKS:,} new tasks in Salesforce", _counted(here), least, TASKS)
    _settle(here)
    _submit(here, SUBMISSIONS)
    # Submissions come in pages of 50, down to one that is known; whose addresses they are takes one call for 100.
    pages, people = ceil((SUBMISSIONS + 1) / 50), ceil(SUBMISSIONS / 100)
    least = {"salesforce": QUIET["salesforce"] + 2, "hubspot": QUIET["hubspot"] + pages + people}
    figures += _figures(f"{SUBMISSIONS:,} form submissions", _counted(here), least, SUBMISSIONS)
    _settle(here)
    return figures + _rule(here, linked)


def _rule(here: World, people: list[str]) -> list[Figure]:
    office = Office(here)
    office.task_rule("Open", "contacts", When.VALUE, "Call {lastname}", property="message", values=("OPEN",))
    _settle(here)
    for start in range(0, FIRINGS, 100):
        inputs = [{"id": id, "properties": {"message": "OPEN"}} for id in people[start : start + 100]]
        _hubspot(here, "contacts/batch/update", inputs)
    here.admin.advance(60)
    least = {
        "salesforce": QUIET["salesforce"] + ceil(FIRINGS / 200),
        "hubspot": QUIET["hubspot"] + 1 + ceil(FIRINGS / 50),  # the rule's own search, and the histories
    }
    counted = _counted(here)
    assert len(office.history("Open", "done")) == FIRINGS
    return _figures(f"a rule fires {FIRINGS} times", counted, least, None)


def _import(opened: Desk) -> list[Figure]:
    assert opened.salesforce is not None
    (row,) = opened.salesforce.query("SELECT COUNT(Id) n FROM Contact")
    count = int(row["n"])
    opened.admin.reset_calls()
    ran = opened.run("import", "run", "Contact", "--practice", "--json", "--yes")
    assert ran.status in (0, 1), ran.err
    counts = ran.json["import"]["imported"]["counts"]
    calls = dict(opened.admin.calls())
    # Salesforce: the objects and their fields (one composite) and the users, once a day; how many there are; the records.
    # A bulk job is made, asked after, and read.
    read = 3 if count >= BULK_FROM else ceil(count / 2000)
    # HubSpot: one search finds nothing; properties, and owners live and archived, once a day. Of many, 25 are written and
    # read first.
    made = counts["created"]
    tried = made > Settings().canary_minimum
    batches = 2 + ceil((made - canary.SIZE) / 100) if tried else ceil(made / 100)
    least = {"salesforce": 3 + read, "hubspot": 1 + 3 + batches}
    return _figures(f"import of {count:,} contacts", (made, calls), least, None, f"{made:,} created")


def _counted(here: World) -> tuple[int, dict[str, int]]:
    """(records written on either side, calls by side) of one pass."""
    here.admin.reset_calls()
    count = written(here.sync())
    return count, dict(here.admin.calls())


def _settle(here: World) -> None:
    """Past what the overlap windows show again."""
    here.sync()
    here.admin.advance(3 * HOURS)
    here.settled()


def _partner(here: World, contact: str) -> str | None:
    """The Salesforce contact or lead."""
    return here.partner("contacts", Side.HUBSPOT, contact)


def _log_calls(here: World, count: int, people: list[str]) -> None:
    for start in range(0, count, 100):
        inputs = [
            {
                "properties": {
                    "hs_call_title": f"Call {number}",
                    "hs_call_body": f"<p>Talked about offer {number} &amp; more.</p>",
                    "hs_timestamp": "2026-11-03T10:00:00Z",
                },
                "associations": [{"to": {"id": people[number % len(people)]}, "types": [CALL_TO_CONTACT]}],
            }
            for number in range(start, min(start + 100, count))
        ]
        _hubspot(here, "calls/batch/create", inputs)


def _make_tasks(here: World, people: list[str]) -> None:
    base = f"{here.orgs.announced['salesforce']['url']}/services/data/v67.0"
    for start in range(0, TASKS, 200):
        records = [
            {"attributes": {"type": "Task"}, "Subject": f"Task {number}", "WhoId": people[number % len(people)]}
            for number in range(start, start + 200)
        ]
        answer = here.salesforce.session.post(f"{base}/composite/sobjects", json={"records": records}, timeout=60)
        answer.raise_for_status()
        assert all(each["success"] for each in answer.json())


def _submit(here: World, count: int) -> None:
    here.admin.advance(400)
    emails = [each["properties"]["email"] for each in here.hubspot.all("email") if each["properties"]["email"]]
    for email in emails[:count]:
        body = {"form": "Ask us", "values": {"email": email}, "page": "https://firma.example/contact"}
        here.admin.post("/practice/submit-form", **body)


def _hubspot(here: World, path: str, inputs: list[dict[str, Any]]) -> None:
    url = f"{here.orgs.announced['hubspot']['url']}/crm/objects/2026-03/{path}"
    here.hubspot.session.post(url, json={"inputs": inputs}, timeout=60).raise_for_status()


def _figures(
    what: str, counted: tuple[int, dict[str, int]], least: dict[str, int], writes: int | None, note: str = ""
) -> list[Figure]:
    """`writes`: how many records the pass has to have written, None where that is nothing to go by."""
    written, calls = counted
    assert writes is None or written == writes, (what, written)
    labels = {"salesforce": "Salesforce", "hubspot": "HubSpot"}
    return [
        Figure(
            f"{what}: {labels[side]} calls",
            calls[side],
            "calls",
            "≤ 1.02 × the least possible",
            f"{count} calls",
            calls[side] / count,
            calls[side] <= 1.02 * count,
            note,
        )
        for side, count in least.items()
    ]
