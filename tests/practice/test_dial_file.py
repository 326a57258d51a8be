"""A file of dials: what it sets, when the orgs start and while they run, and what it gets wrong, by line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from crmsync_desktop.practice.dial_file import moment, read_dials
from tests.practice.servers import Orgs, practice_orgs

EVERYTHING = """
[clock]
set = 2031-01-31T12:00:00Z
rate = 0
salesforce_skew_seconds = -5

[limits]
salesforce_daily = 5000
hubspot_burst = 50
hubspot_searches = 2

[lag]
hubspot_search_seconds = 12
salesforce_commit_seconds = 3

[log]
keep_bodies = true

[salesforce.setup]
state_country = "on"

[hubspot.setup]
tier = "enterprise"

[[fault]]
system = "hubspot"
path = "/owners"
status = 503
count = 2

[[fault]]
system = "salesforce"
endpoint = "query"
every = 3
count = 0
latency_ms = 5
"""


@pytest.fixture(scope="module")
def orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    folder = tmp_path_factory.mktemp("dials")
    file = folder / "dials.toml"
    file.write_text(EVERYTHING, encoding="utf-8")
    with practice_orgs(folder / "state", contacts=5, faults=file) as served:
        yield served


@pytest.mark.http
def test_a_server_starts_with_all_that_the_file_sets(orgs: Orgs) -> None:
    faults = orgs.admin.get("/faults")
    assert [(fault["system"], fault["status"], fault["every"]) for fault in faults] == [
        ("hubspot", 503, 1), ("salesforce", 0, 3),
    ]  # fmt: skip
    clock = orgs.admin.get("/clock")
    assert clock["now"] == datetime(2031, 1, 31, 12, tzinfo=UTC).timestamp()
    assert (clock["rate"], clock["salesforce_skew_seconds"], clock["hubspot_skew_seconds"]) == (0, -5, 0)
    assert orgs.admin.post("/salesforce/foreign-usage", calls=0)["limit"] == 5000
    assert orgs.admin.get("/hubspot/setup")["tier"] == "enterprise"
    assert orgs.admin.get("/hubspot/setup")["search_lag_seconds"] == 12
    assert orgs.admin.get("/salesforce/setup")["state_country"] == "on"
    told = orgs.announced["hubspot"]
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    answers = [requests.get(told["url"] + "/crm/v3/owners", headers=headers, timeout=30) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[2].headers["X-HubSpot-RateLimit-Max"] == "50"
    assert "answered" in orgs.admin.get("/calls/recent")[-1]


@pytest.mark.http
def test_the_dials_are_turned_while_the_orgs_run(orgs: Orgs) -> None:
    text = '[clock]\nadvance_seconds = 60\n[[fault]]\nsystem = "hubspot"\nlatency_ms = 1\n'
    before = orgs.admin.get("/clock")["now"]
    told = orgs.admin.post("/dials", text=text, name="more.toml")
    assert [fault["latency_ms"] for fault in told["faults"]] == [1], "in the place of those before"
    assert told["clock"]["now"] == before + 60
    assert orgs.admin.post("/dials", text="")["faults"] == told["faults"], "what isn't named stays"
    assert orgs.admin.post("/dials", text="fault = []")["faults"] == []


@pytest.mark.http
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[clock]\nset = 2001-01-01T00:00:00Z", "d.toml, line 2: [clock] The practice clock only moves forward."),
        ('[hubspot.setup]\n# none\ntier = "gold"', "d.toml, line 3: [hubspot.setup] tier must be one of"),
        ("[salesforce.setup]\nshoes = 1", "d.toml, line 2: [salesforce.setup] The setup knows no shoes"),
    ],
)
def test_what_an_org_does_not_take_is_said_with_its_line(orgs: Orgs, text: str, told: str) -> None:
    admin = orgs.announced["admin"]
    headers = {"Authorization": f"Bearer {admin['token']}"}
    body = {"text": text, "name": "d.toml"}
    answer = requests.post(f"{admin['url']}/dials", json=body, headers=headers, timeout=30)
    assert answer.status_code == 400
    assert told in answer.json()["error"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[clock\n", "d.toml: "),
        ("[clock]\nset = 1\n[shoes]\n", "d.toml, line 3: [shoes] is no section of such a file; it has clock,"),
        ("shoes = 1\n", "d.toml, line 1: [shoes] is no section"),
        ("[hubspot]\ntier = 1\n", "[hubspot.tier] is no section"),
        ("clock = 1\n", "d.toml, line 1: [clock] must be a table."),
        ("[hubspot]\nsetup = 1\n", "[hubspot.setup] must be a table."),
        ("[limits]\n\nhubspot_burst = -1\n", "line 3: [limits] hubspot_burst must be a whole number, 0 or more."),
        ("[limits]\nburst = 1\n", "line 2: [limits] knows no burst; it has salesforce_daily,"),
        ("[log]\nkeep_bodies = 1\n", "line 2: [log] keep_bodies must be true or false."),
        ("[lag]\nhubspot_search_seconds = -1\n", "line 2: [lag] hubspot_search_seconds must not be negative."),
        ('[clock]\nset = "noon"\n', "line 2: [clock] set must be a date and time such as"),
        ('[clock]\nrate = "fast"\n', "line 2: [clock] rate must be a number."),
        ("fault = 1\n", "line 1: [[fault]] 1 is written [[fault]], once for each fault."),
        ('[[fault]]\nsystem = "hubspot"\nstatus = 500\n\n[[fault]]\nsystem = "hubspot"\nstatus = "x"\n',
         "d.toml, line 7: [[fault]] 2 status has the wrong type."),
        ('[[fault]]\nstatus = 500\n', "line 1: [[fault]] 1 system is missing: salesforce or hubspot."),
        ('[[fault]]\nsystem = "hubspot"\nstatu = 500\n', "line 3: [[fault]] 1 statu is not a field of a fault"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_refused_with_the_line(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="toml") as refused:
        read_dials(text, "d.toml")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_moment_is_written_in_several_ways() -> None:
    noon = datetime(2031, 1, 31, 12, tzinfo=UTC).timestamp()
    for way in (noon, "2031-01-31T12:00:00+00:00", "2031-01-31T12:00:00", datetime(2031, 1, 31, 12, tzinfo=UTC)):
        assert moment(way) == noon


@pytest.mark.http
@pytest.mark.parametrize(
    ("content", "told"),
    [(b"[clock]\nrate = -1\n", "dials.toml, line 2: [clock] rate must not be negative."),
     (b"\xff\xfe", "dials.toml is not a text file in UTF-8.")],
)  # fmt: skip
def test_a_server_does_not_start_with_a_file_that_is_wrong(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "dials.toml").write_bytes(content)
    command = [sys.executable, "-m", "crmsync_desktop.practice.serve", "--state-dir", str(tmp_path / "state")]
    ran = subprocess.run(
        [*command, "--faults", str(tmp_path / "dials.toml")], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "state").exists()
