"""One fault at any request of a pass over all pairs: what it held up comes right afterwards, and nothing is doubled."""

from __future__ import annotations

import random

import pytest

from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.engine.metadata import OUTDATED, OWNERS
from tests.acceptance.life.world import World, written
from tests.acceptance.pairs.families import RECORDS_AND_ROLES, in_hubspot, in_salesforce, make_family

SEED, TRIALS = 7, 12
LIMIT = '[{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]'
FAULTS: dict[str, dict[str, object]] = {
    **{str(status): {"status": status} for status in (401, 403, 404, 409, 412, 423, 500)},
    "allocation": {"status": 403, "body": LIMIT},
    "burst": {"status": 429, "body": '{"message": "Too many.", "policyName": "TEN_SECONDLY_ROLLING"}'},
    "retry after": {"status": 429, "headers": {"Retry-After": "2"}},
    "day": {"status": 429, "body": '{"message": "You have reached your daily limit.", "policyName": "DAILY"}'},
    "gateway": {"status": 502, "body": "<html>Bad gateway</html>", "content_type": "text/html"},
    "login page": {"status": 200, "body": "<html>Log in</html>", "content_type": "text/html"},
    "truncated": {"truncate_to": 40},
    "garbage": {"garbage": True},
    "empty": {"status": 200, "body": "{}"},
    "lost before": {"drop_before": True},
    "lost after": {"drop_after_commit": True},
}


def forget_metadata(here: World) -> None:
    """The next pass asks for properties, pipelines and owners again: those requests can fail too."""
    here.store.save_document(OUTDATED, True)
    here.store.save_document(OWNERS, None)


@pytest.fixture
def requests(here: World) -> dict[str, int]:
    """How many requests a pass over a new family makes of each system."""
    make_family(here)
    forget_metadata(here)
    most = here.calls()
    here.settled()
    return most


def attempted(here: World) -> str:
    try:
        done = here.sync()
    except CrmSyncError as error:
        return str(error)
    return f"{done.state} {done.message or ''}"


def test_after_a_fault_at_any_request_both_sides_become_equal_and_nothing_is_doubled(
    here: World, requests: dict[str, int]
) -> None:
    draw = random.Random(SEED)
    for _ in range(TRIALS):
        system = draw.choice(("salesforce", "hubspot", "hubspot"))
        nth, kind, count = draw.randint(1, requests[system]), draw.choice(list(FAULTS)), draw.choice((0, 0, 1, 3))
        text = make_family(here)
        if draw.random() < 0.5:
            forget_metadata(here)
        here.admin.fault(system, nth=nth, count=count, **FAULTS[kind])
        met = attempted(here)
        here.admin.clear_faults()
        here.run(here.service.retry_errors(None, None))
        here.admin.advance(130)
        passes = [here.sync() for _ in range(3)]
        trial = f"seed {SEED}: {kind} from request {nth} of {system} on, count {count}: {met}"
        salesforce, hubspot = in_salesforce(here, text), in_hubspot(here, text)
        assert salesforce == hubspot, f"{trial}\n{salesforce - hubspot}\n{hubspot - salesforce}"
        assert salesforce.total() == RECORDS_AND_ROLES, f"{trial}\n{salesforce}"
        assert (passes[-1].state, written(passes[-1])) == ("done", 0), trial
        told = [row for row in here.store.errors(None, 0, 10_000) if row.code != "OWNER_NOT_MATCHED"]
        assert not told, f"{trial}\n{told}"
