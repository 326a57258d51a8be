"""The practice orgs' process: what it announces, what it keeps, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from crmsync_desktop.practice.serve import serving
from tests.practice.servers import Orgs, practice_orgs

pytestmark = pytest.mark.http


def hubspot(orgs: Orgs, method: str, path: str, body: object = None) -> requests.Response:
    told = orgs.announced["hubspot"]
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    return requests.request(method, told["url"] + path, json=body, headers=headers, timeout=30)


def salesforce(orgs: Orgs, soql: str) -> dict[str, object]:
    told = orgs.announced["salesforce"]
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    answer = requests.get(f"{told['url']}/services/data/v67.0/query", {"q": soql}, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()  # type: ignore[no-any-return]


def test_each_side_gets_as_many_people_as_asked_for(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "state", contacts=50) as orgs:
        counts = orgs.admin.get("/counts")
        assert counts["hubspot"]["contacts"] == 50
        assert counts["salesforce"]["Contact"] + counts["salesforce"]["Lead"] == 50
        assert counts["salesforce"]["Lead"] > 0
        assert orgs.announced["contacts"] == 50


def test_people_of_one_side_only_leave_the_other_empty(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "state", contacts=30, only="salesforce") as orgs:
        counts = orgs.admin.get("/counts")
        assert counts["hubspot"]["contacts"] == 0
        assert counts["salesforce"]["Contact"] + counts["salesforce"]["Lead"] == 30


def test_a_restart_keeps_records_tokens_and_the_clock(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "state", contacts=20) as orgs:
        first = orgs.announced
        made = hubspot(orgs, "POST", "/crm/objects/2026-03/contacts", {"properties": {"email": "kept@firma.example"}})
        orgs.admin.advance(86_400)
        late = orgs.admin.get("/clock")["now"]
    with practice_orgs(tmp_path / "state", contacts=999, seed=7) as orgs:
        assert orgs.announced["hubspot"]["access_token"] == first["hubspot"]["access_token"]
        assert orgs.announced["salesforce"]["access_token"] == first["salesforce"]["access_token"]
        assert orgs.announced["contacts"] == 20
        found = hubspot(orgs, "GET", f"/crm/objects/2026-03/contacts/{made.json()['id']}")
        assert found.json()["properties"]["email"] == "kept@firma.example"
        assert orgs.admin.get("/clock")["now"] >= late
        assert orgs.admin.get("/counts")["hubspot"]["contacts"] == 21


def test_a_restart_listens_where_it_did_unless_that_port_is_taken(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "state", contacts=1) as orgs:
        first = {name: orgs.announced[name]["url"] for name in ("salesforce", "hubspot", "admin")}
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(first["hubspot"].rsplit(":", 1)[1])))
        taken.listen()
        with practice_orgs(tmp_path / "state") as orgs:
            again = {name: orgs.announced[name]["url"] for name in first}
    assert again["salesforce"] == first["salesforce"]
    assert again["admin"] == first["admin"]
    assert again["hubspot"] != first["hubspot"]


def test_a_running_server_can_be_found_and_a_stopped_one_cannot(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert serving(state) is None
    with practice_orgs(state, contacts=5) as orgs:
        found = serving(state)
        assert found is not None
        assert found["pid"] == orgs.process.pid
        assert found["hubspot"] == orgs.announced["hubspot"]
    assert serving(state) is None
    assert not (state / "serving.json").exists()


def test_a_killed_server_is_not_taken_for_a_running_one_and_loses_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with practice_orgs(state, contacts=5) as orgs:
        hubspot(orgs, "POST", "/crm/v3/objects/contacts", {"properties": {"email": "kept@firma.example"}})
        orgs.process.kill()
        orgs.process.wait()
    assert serving(state) is None
    with practice_orgs(state) as orgs:
        assert orgs.admin.get("/counts")["hubspot"]["contacts"] == 6


def test_a_first_start_that_did_not_come_to_its_end_is_begun_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with practice_orgs(state, contacts=5):
        pass
    (state / "seeded.json").unlink()  # written last, so this is what an interrupted start leaves
    with practice_orgs(state, contacts=8) as orgs:
        counts = orgs.admin.get("/counts")
        assert counts["hubspot"]["contacts"] == 8
        assert counts["salesforce"]["Contact"] + counts["salesforce"]["Lead"] == 8


def test_a_second_server_on_the_same_folder_says_why_it_cannot_start(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "state", contacts=5):
        command = [sys.executable, "-m", "crmsync_desktop.practice.serve", "--state-dir", str(tmp_path / "state")]
        second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 2
    assert "already being served" in second.stderr
    assert not second.stdout


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "one", contacts=5) as orgs:
        port = orgs.announced["hubspot"]["url"].rpartition(":")[2]
        command = [sys.executable, "-m", "crmsync_desktop.practice.serve", "--state-dir", str(tmp_path / "two")]
        second = subprocess.run(
            [*command, "--hubspot-port", port], capture_output=True, text=True, timeout=60, check=False
        )
    assert second.returncode == 2
    assert f"Port {port} on 127.0.0.1 can't be had" in second.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_sigterm_ends_the_server_with_status_0(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "state", contacts=5) as orgs:
        orgs.process.send_signal(signal.SIGTERM)
        assert orgs.process.wait(15) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_everything_in_the_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with practice_orgs(state, contacts=5):
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        for name in ("tokens.json", "serving.json", "salesforce.db", "hubspot.db"):
            assert stat.S_IMODE((state / name).stat().st_mode) == 0o600
        assert json.loads((state / "seeded.json").read_text())["contacts"] == 5


def test_the_same_people_stand_in_both_orgs_with_different_details(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "state", contacts=200) as orgs:
        mine = {
            str(row["Email"]).strip().lower(): row["Phone"]
            for kind in ("Contact", "Lead")
            for row in salesforce(orgs, f"SELECT Email, Phone FROM {kind} WHERE Email != null")["records"]  # type: ignore[attr-defined]
        }
        body = {"limit": 200, "properties": ["email", "phone"]}
        theirs = {
            row["properties"]["email"]: row["properties"]["phone"]
            for row in hubspot(orgs, "POST", "/crm/v3/objects/contacts/search", body).json()["results"]
        }
    shared = mine.keys() & theirs.keys()
    assert 70 <= len(shared) <= 80, "40 % of each side, less those whose e-mail one side lacks"
    assert any(mine[email] != theirs[email] for email in shared)
    assert any(mine[email] == theirs[email] for email in shared)


def test_crm_tokens_do_not_open_the_admin_api(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "state", contacts=5) as orgs:
        for token in (orgs.announced["hubspot"]["access_token"], orgs.announced["salesforce"]["access_token"], ""):
            headers = {"Authorization": f"Bearer {token}"}
            answer = requests.get(f"{orgs.announced['admin']['url']}/calls", headers=headers, timeout=30)
            assert answer.status_code == 401


def test_a_client_that_vanishes_in_the_middle_of_a_request_is_no_reason_to_complain(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "state", contacts=5) as orgs:
        for system, path in (
            ("hubspot", "/crm/v3/objects/contacts"),
            ("salesforce", "/services/data/v67.0/sobjects/Lead"),
        ):
            told = orgs.announced[system]
            port = int(told["url"].rpartition(":")[2])
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {told['access_token']}\r\n"
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{".encode())
        while orgs.admin.calls() != {"hubspot": 1, "salesforce": 0}:  # the portal has noticed
            time.sleep(0.01)
        assert orgs.admin.get("/counts")["hubspot"]["contacts"] == 5


def test_the_server_stops_while_a_request_is_held_up(tmp_path: Path) -> None:
    with practice_orgs(tmp_path / "state", contacts=5) as orgs:
        orgs.admin.fault("hubspot", path="/owners", latency_ms=60_000)
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(hubspot, orgs, "GET", "/crm/v3/owners")
            while not orgs.admin.get("/faults")[0]["hits"]:
                time.sleep(0.01)
            assert orgs.process.stdin is not None
            orgs.process.stdin.close()
            assert orgs.process.wait(30) == 0
            with pytest.raises(requests.ConnectionError):
                waiting.result()
