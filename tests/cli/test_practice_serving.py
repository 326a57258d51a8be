"""The practice orgs at the command line: served with a file of dials, their faults and their log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.cli.conftest import Command
from tests.practice.servers import Orgs

pytestmark = pytest.mark.http
no_sigint = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to another process")
FAULTS = '[[fault]]\nsystem = "hubspot"\npath = "/owners"\nstatus = 503\ncount = 1\nheaders = { Retry-After = "9" }\n'


def owners(orgs: Orgs) -> requests.Response:
    told = orgs.announced["hubspot"]
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    return requests.get(told["url"] + "/crm/v3/owners", headers=headers, timeout=30)


def test_faults_are_ordered_shown_and_cleared(command: Command, home: tuple[Path, Orgs], tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(FAULTS)
    status, out, err = command("faults", str(file))
    assert (status, err) == (0, "")
    assert "path=/owners, status=503, headers={'Retry-After': '9'}" in out
    assert owners(home[1]).status_code == 503
    (told,) = json.loads(command("faults", "--json")[1])
    assert (told["hits"], told["seen"]) == (1, 1)
    assert command("faults", "--clear")[1] == "No faults are on order.\n"
    assert command("faults")[1] == "No faults are on order.\n"
    assert owners(home[1]).status_code == 200


def test_the_log_shows_what_was_asked(command: Command, home: tuple[Path, Orgs]) -> None:
    home[1].admin.reset_calls()
    owners(home[1])
    status, out, err = command("log", "--system", "hubspot")
    assert (status, err) == (0, "")
    (line,) = out.splitlines()
    assert "hubspot" in line
    assert " 200 GET    /crm/v3/owners  [owners] cost 1, 0 in, " in line
    home[1].admin.post("/calls/keep-bodies", on=True)
    owners(home[1])
    home[1].admin.post("/calls/keep-bodies", on=False)
    assert 'answered: {"results":' in command("log", "--limit", "1")[1]
    calls = [json.loads(line) for line in command("log", "--json", "--endpoint", "owners")[1].splitlines()]
    assert [call["path"] for call in calls] == ["/crm/v3/owners"] * 2
    assert command("log", "--status", "404")[1] == ""


@no_sigint
def test_the_log_is_followed(home: tuple[Path, Orgs]) -> None:
    home[1].admin.reset_calls()
    arguments = [sys.executable, "-m", "crmsync_desktop", "practice", "log", "--follow", "--json"]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "CRMSYNC_DATA_DIR": str(home[0])},
    ) as following:  # fmt: skip
        assert following.stdout is not None
        owners(home[1])
        first: Any = json.loads(following.stdout.readline())
        owners(home[1])
        second: Any = json.loads(following.stdout.readline())
        following.send_signal(signal.SIGINT)
        _, err = following.communicate(timeout=30)
    assert first["number"] < second["number"]
    assert (following.returncode, err) == (130, "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("faults", "nowhere.toml"), "nowhere.toml"),
        (("faults", "{wrong}"), "wrong.toml, line 2: [[fault]] 1 system must be salesforce or hubspot."),
        (("faults", "{binary}"), "binary.toml is not a text file in UTF-8."),
        (("faults", "{wrong}", "--clear"), "can't go together"),
        (("log", "--system", "sap"), "There is no system “sap”."),
        (("serve", "--faults", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_whatever_is_wrong_is_one_line_and_status_2(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    (tmp_path / "wrong.toml").write_text('[[fault]]\nsystem = "sap"\nstatus = 500\n')
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    places = {"{wrong}": str(tmp_path / "wrong.toml"), "{binary}": str(tmp_path / "binary.toml")}
    status, out, err = command(*(places.get(each, each) for each in arguments))
    assert (status, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1


def test_without_running_orgs_there_are_no_faults_and_no_log(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CRMSYNC_DATA_DIR", str(tmp_path))
    for name in ("faults", "log"):
        status, out, err = command(name)
        assert (status, out) == (2, "")
        assert "The practice orgs aren't being served." in err


@no_sigint
def test_orgs_are_served_with_a_file_of_dials_and_a_log(tmp_path: Path) -> None:
    (tmp_path / "dials.toml").write_text(FAULTS)
    (tmp_path / "wrong.toml").write_text("[clock]\nrate = -1\n")
    command = [sys.executable, "-m", "crmsync_desktop", "practice", "serve", "--json", "--contacts", "5"]
    environment = {**os.environ, "CRMSYNC_DATA_DIR": str(tmp_path)}
    wrong = subprocess.run(
        [*command, "--faults", str(tmp_path / "wrong.toml")],
        capture_output=True, text=True, timeout=60, env=environment, check=False,
    )  # fmt: skip
    assert (wrong.returncode, wrong.stderr) == (2, "wrong.toml, line 2: [clock] rate must not be negative.\n")
    options = ["--faults", str(tmp_path / "dials.toml"), "--log", str(tmp_path / "calls.jsonl")]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as served:
        assert served.stdout is not None
        told = json.loads(served.stdout.readline())
        headers = {"Authorization": f"Bearer {told['hubspot']['access_token']}"}
        answer = requests.get(f"{told['hubspot']['url']}/crm/v3/owners", headers=headers, timeout=30)
        served.send_signal(signal.SIGINT)
        served.communicate(timeout=30)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "9")
    assert json.loads((tmp_path / "calls.jsonl").read_text())["status"] == 503
