"""What was recorded from real Salesforce orgs is asked of the practice org: same status, same keys, same JSON types.

Each test's name says which recording it covers; `LEFT_OUT` says which can't apply, and why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from crmsync_desktop.practice.clock import PracticeClock
from crmsync_desktop.practice.salesforce import SalesforceOrg
from tests.practice.salesforce.conftest import Server, serve

from .salesforce_stage import Stage
from .shapes import Shape, differences
from .tapes import WHERE_ABSENT, Tape, salesforce

LEFT_OUT = {
    "*services_async_*": "Bulk API 1.0 (XML, retired from new development): neither the product nor the practice org has it",
    "GET_sobjects_200_d26f1efa": "the recorded body was scrubbed to a few words",
    "GET_sobjects_200_ebd41aec": "the recorded body was scrubbed to a few words",
    "GET_sobjects_Account_describe_200_882e0340": "the recorded body was scrubbed to a few words",
}
"""Recordings that can't be replayed, with the reason."""


OLDER_API = {
    "$: associateEntityType was not recorded",
    "$: associateParentEntity was not recorded",
    "$: sobjectDescribeOption was not recorded",
    "$.urls: defaultValues is missing",
}
"""How a describe of API 48 differs from the recorded ones of API 52 and later, and from ours of API 59 and later."""


def reason(tape: Tape) -> str | None:
    return next((why for pattern, why in LEFT_OUT.items() if fnmatch(tape.name, pattern)), None)


REPLAYED = [tape for tape in salesforce() if reason(tape) is None]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    clock = PracticeClock()
    org = SalesforceOrg(tmp_path / "salesforce.db", clock)
    try:
        yield from serve(org, clock)
    finally:
        org.close()


@pytest.mark.parametrize("tape", REPLAYED, ids=str)
def test_the_practice_org_answers_as_was_recorded(tape: Tape, server: Server) -> None:
    stage = Stage(server.org)
    stage.set(tape)
    body = None if tape.body is None else json.loads(stage.said(json.dumps(tape.body)))
    answer = server.call(tape.method, stage.said(tape.path), json=body)
    assert answer.status_code == tape.status, answer.text
    told = answer.json()
    if tape.path.endswith("/Custom__c/describe"):  # recorded with three of its fields only
        names = [field["name"] for field in tape.answer["fields"]]
        told["fields"] = [field for field in told["fields"] if field["name"] in names]
        assert len(told["fields"]) == len(names)
    found = differences(Shape().see(tape.answer), told)
    if "/services/data/v48.0/" in json.dumps(tape.answer):
        found = [each for each in found if each not in OLDER_API]
    assert found == []


def test_every_recording_is_replayed_or_left_out_for_a_reason_that_still_holds() -> None:
    tapes = salesforce()
    if not tapes:
        pytest.skip(WHERE_ABSENT)
    left_out = [tape for tape in tapes if reason(tape)]
    assert len(REPLAYED) + len(left_out) == len(tapes)
    for pattern in LEFT_OUT:
        assert any(fnmatch(tape.name, pattern) for tape in tapes), pattern
    for tape in left_out:
        scrubbed = isinstance(tape.answer, str) and tape.answer.lower().startswith("blah")
        assert scrubbed or "/services/async/" in tape.path, tape.name
    print(f"\n{len(REPLAYED)} recordings of Salesforce replayed, {len(left_out)} left out:")
    for pattern, why in LEFT_OUT.items():
        print(f"  {sum(fnmatch(tape.name, pattern) for tape in tapes):3} {pattern}: {why}")
