"""SIGKILL at random moments of a first pass over all pairs: what comes out is what an undisturbed run makes."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.acceptance.desk import Desk, desk

SEED, KILLS, PEOPLE = 5, 4, 60
INDEX_SECONDS = 130
ASSOCIATIONS = (("contacts", "companies"), *((a, b) for a in ("deals", "tickets") for b in ("companies", "contacts")))
NAMES = {"companies": "name", "contacts": "email", "deals": "dealname", "tickets": "subject"}
Shape = Counter[tuple[Any, ...]]


def switched_on(opened: Desk) -> None:
    for pair in ("companies", "deals", "tickets"):
        assert opened.run("pairs", "on", pair, "--practice").status == 0


def settled(opened: Desk) -> None:
    """Sync until nothing is written; and once more, which writes nothing either. A HubSpot record whose create was lost, and
    that nothing but a search can find, is looked for until the index must have it: a minute and more."""
    opened.sync()
    opened.admin.advance(INDEX_SECONDS)
    assert any(opened.sync().writes() == 0 for _ in range(4)), "it never comes to rest"
    assert opened.sync().writes() == 0


def in_salesforce(opened: Desk) -> Shape:
    """All records by their names and those of their parents."""
    assert opened.salesforce is not None
    query = opened.salesforce.query
    accounts = {row["Id"]: row["Name"] for row in query("SELECT Id, Name FROM Account")}
    people = query("SELECT Id, LastName, Email, AccountId FROM Contact")
    names = {row["Id"]: (row["LastName"], row["Email"]) for row in people}
    deals = query("SELECT Id, Name, AccountId FROM Opportunity")
    titles = {row["Id"]: row["Name"] for row in deals}
    shape: Shape = Counter(("Account", name) for name in accounts.values())
    shape.update(("Lead", row["LastName"], row["Email"]) for row in query("SELECT LastName, Email FROM Lead"))
    shape.update(("Contact", names[row["Id"]], accounts.get(row["AccountId"])) for row in people)
    shape.update(("Opportunity", row["Name"], accounts.get(row["AccountId"])) for row in deals)
    for row in query("SELECT OpportunityId, ContactId FROM OpportunityContactRole"):
        shape["Role", titles.get(row["OpportunityId"]), names.get(row["ContactId"])] += 1
    for row in query("SELECT Subject, AccountId, ContactId FROM Case"):
        shape["Case", row["Subject"], accounts.get(row["AccountId"]), names.get(row["ContactId"])] += 1
    return shape


def in_hubspot(opened: Desk) -> Shape:
    """All records by their names, and all associations by the names at their ends."""
    names = {type: portal_names(opened, type, name) for type, name in NAMES.items()}
    shape: Shape = Counter((type, name) for type, found in names.items() for name in found.values())
    for source, target in ASSOCIATIONS:
        ids = list(names[source])
        for start in range(0, len(ids), 100):
            inputs = [{"id": id} for id in ids[start : start + 100]]
            answer = asked(opened, "POST", f"associations/2026-03/{source}/{target}/batch/read", {"inputs": inputs})
            for result in answer["results"]:
                for to in result["to"]:
                    kinds = tuple(sorted(str(kind["label"]) for kind in to["associationTypes"]))
                    ends = names[source][result["from"]["id"]], names[target].get(str(to["toObjectId"]))
                    shape[source, target, *ends, kinds] += 1
    return shape


def portal_names(opened: Desk, type: str, property: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    after = ""
    while True:
        answer = asked(opened, "GET", f"objects/2026-03/{type}?limit=100&properties={property}{after}")
        found.update((each["id"], each["properties"][property]) for each in answer["results"])
        if "paging" not in answer:
            return found
        after = f"&after={answer['paging']['next']['after']}"


def asked(opened: Desk, method: str, path: str, body: object = None) -> Any:
    """The portal's burst limit holds for tests too."""
    assert opened.hubspot is not None
    url = f"{opened.orgs.announced['hubspot']['url']}/crm/{path}"
    for _ in range(20):
        response = opened.hubspot.session.request(method, url, json=body, timeout=30)
        if response.status_code != 429:
            break
        time.sleep(1)
    assert response.ok, response.text
    return response.json()


def killed(opened: Desk, calls: int, later: float) -> bool:
    """Kill a pass `later` seconds after it has made that many calls. False where it had ended by then."""
    opened.admin.reset_calls()
    with opened.start("sync", "--practice", "--json") as process:
        while process.poll() is None and sum(opened.admin.calls().values()) < calls:
            time.sleep(0.005)
        time.sleep(later)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    return process.returncode == -signal.SIGKILL


def test_killed_at_random_moments_of_a_first_pass_over_all_pairs_nothing_is_doubled_or_missing(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    moments = [(draw.randint(5, 55), draw.uniform(0, 0.03)) for _ in range(KILLS)]
    with desk(tmp_path / "calm", contacts=PEOPLE) as calm:
        switched_on(calm)
        settled(calm)
        expected = in_salesforce(calm), in_hubspot(calm)
    with desk(tmp_path / "killed", contacts=PEOPLE) as opened:
        switched_on(opened)
        hit = [killed(opened, *moment) for moment in moments]
        assert any(hit), "every pass had ended before it was killed"
        settled(opened)
        for shape, calm_shape in zip((in_salesforce(opened), in_hubspot(opened)), expected, strict=True):
            assert shape == calm_shape, f"{moments}\nmore: {shape - calm_shape}\nmissing: {calm_shape - shape}"
