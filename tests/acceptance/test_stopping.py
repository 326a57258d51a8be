"""A command that is told to stop: it ends after its batch, says so in one line, and the next one goes on from there."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.acceptance.desk import Desk, desk

PEOPLE = 380


def creating(opened: Desk) -> bool:
    """Whether the first batch of creates has been sent."""
    recent = opened.admin.get("/calls/recent", limit=50)
    return any("batch/create" in str(call) for call in recent)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_pass_settles_what_it_sent_and_says_so_in_one_line(tmp_path: Path, how: signal.Signals) -> None:
    with desk(tmp_path, contacts=PEOPLE, only="salesforce") as opened:
        assert opened.hubspot is not None
        opened.admin.fault("hubspot", path="batch/create", nth=2, latency_ms=600)
        with opened.start("sync", "--practice", "--json") as process:
            end = time.monotonic() + 30
            while not creating(opened):
                assert time.monotonic() < end
                time.sleep(0.02)
            process.send_signal(how)
            out, err = process.communicate(timeout=60)
        assert process.returncode == 128 + how
        assert (out, len(err.strip().splitlines())) == ("", 1)
        assert err.startswith("Stopped.")
        assert opened.run("status", "--practice", "--json").json["last_pass"]["state"] == "cancelled"
        opened.sync()
        assert opened.sync().writes() == 0
        ids = [each["properties"]["crmsync_salesforce_id"] for each in opened.hubspot.all("crmsync_salesforce_id")]
        assert len(ids) == len(set(ids)) > PEOPLE * 0.8


def test_an_output_that_nobody_reads_any_more_is_no_error_of_ours(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=30) as opened:
        opened.sync()
        for command in (("status", "--practice"), ("sync", "--practice", "--json"), ("settings", "get", "--practice")):
            with opened.start(*command) as process:
                assert process.stdout is not None
                assert process.stderr is not None
                process.stdout.close()
                said = process.stderr.read()
                process.wait(60)
            assert said == ""
            assert process.returncode != 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_practice_orgs_of_a_command_outlive_ctrl_c_until_the_pass_is_settled(tmp_path: Path) -> None:
    """A terminal sends Ctrl+C to all processes in its foreground: those of the practice orgs aren't among them."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OWN_ORGS, str(tmp_path)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    out, _ = process.communicate(timeout=60)
    assert out.strip() == "apart"


_OWN_ORGS = """
import os, sys
from pathlib import Path
from crmsync_desktop import bootstrap
with bootstrap.practice_serving(bootstrap.Home(Path(sys.argv[1]))) as announced:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    print("apart" if all(os.getpgid(int(child)) != os.getpgid(0) for child in children) else "together")
"""
