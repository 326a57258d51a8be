"""The whole configuration as one file: from a connection to practice orgs, by hand, into another, and hostile files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync_desktop.cli import run
from tests.acceptance.desk import Desk, Ran, desk

pytestmark = pytest.mark.http


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk"), contacts=60) as desk_:
        desk_.sync()
        yield desk_


class Here:
    """Commands in this process, on a connection to the practice orgs that begins with the defaults."""

    def __init__(self, opened: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setenv("CRMSYNC_DATA_DIR", str(opened.folder))
        self._monkeypatch, self._capfd = monkeypatch, capfd
        self.desk = opened

    def __call__(self, *arguments: str) -> Ran:
        self._monkeypatch.setattr(sys, "argv", ["crmsync-desktop", *arguments, "--practice"])
        status = run()
        out, err = self._capfd.readouterr()
        assert "Traceback" not in err, err
        return Ran(status, out, err)


@pytest.fixture
def here(
    opened: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Here]:
    made = Here(opened, monkeypatch, capfd)
    yield made
    (tmp_path / "defaults.toml").write_text("format = 1\n")
    assert made("config", "import", str(tmp_path / "defaults.toml"), "--yes").status == 0


def body(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("\nformat = ")[1]


def test_an_edited_export_is_previewed_imported_and_at_work_in_the_next_pass(here: Here, tmp_path: Path) -> None:
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    assert here("config", "export", "-o", str(first)).out == f"Written to {first}.\n"
    same = here("config", "import", str(first), "--yes")
    assert (same.status, same.out) == (0, "Nothing to change: the configuration is like this already.\n")

    text = first.read_text(encoding="utf-8")
    text = text.replace(
        '"Title"\nLead = "Title"\nrule = "prefer_salesforce"', '"Title"\nLead = "Title"\nrule = "two_way"'
    )
    first.write_text(text.replace("guard_share = 25", "guard_share = 30"), encoding="utf-8")
    assert here("status", "--json").json["links"]["contacts"] > 0
    expected = (
        "Stop a pass that deletes or blanks more than this share of records, in per cent: 25 → 30\n"
        "Job Title (jobtitle): Prefer Salesforce unless blank → Two-way; 0 records would change\n"
    )
    looked = here("config", "import", str(first), "--preview")
    assert (looked.status, looked.out) == (0, expected + "Would change: 2\n")
    done = here("config", "import", str(first), "--yes")
    assert (done.status, done.out) == (0, expected + "Changed: 2\n")
    assert here("settings", "get", "guard_share").out == "30\n"

    here("config", "export", "-o", str(second))
    assert body(second) == body(first)
    salesforce, hubspot = here.desk.salesforce, here.desk.hubspot
    assert salesforce is not None
    assert hubspot is not None
    person = salesforce.create("Contact", LastName="Config", Email="config@example.com", Title="CEO")
    here.desk.sync()
    [theirs] = [each for each in hubspot.all("email") if each["properties"]["email"] == "config@example.com"]
    hubspot.edit(theirs["id"], jobtitle="Chair")
    here.desk.sync()
    assert salesforce.query(f"SELECT Title FROM Contact WHERE Id = '{person}'")[0]["Title"] == "Chair"


def test_without_a_terminal_and_without_yes_nothing_is_changed(here: Here, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("format = 1\n[connection]\nguard_share = 9\n")
    ran = here.desk.run("config", "import", str(tmp_path / "c.toml"), "--practice", told="y\n")
    assert ran.status == 2
    assert (
        ran.err == "Nothing was changed: there is nobody to ask. Say --yes to change it, or --preview only to look.\n"
    )
    assert "25 → 9" in ran.out
    assert here("settings", "get", "guard_share").out == "25\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
@pytest.mark.parametrize(
    ("answer", "status", "share"),
    [("y\n", 0, "9"), ("n\n", 2, "25"), ("\n", 2, "25"), ("\x04", 2, "25"), ("Ctrl+C", 2, "25")],
)
def test_on_a_terminal_a_person_is_asked(here: Here, tmp_path: Path, answer: str, status: int, share: str) -> None:
    import pty

    (tmp_path / "c.toml").write_text("format = 1\n[connection]\nguard_share = 9\n")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "crmsync_desktop", "config", "import", str(tmp_path / "c.toml"), "--practice"]
    try:
        with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            said = b""
            while b"[y/N]" not in said and (more := os.read(process.stdout.fileno(), 4096)):
                said += more
            if answer == "Ctrl+C":
                process.send_signal(signal.SIGINT)
            else:
                os.write(ours, answer.encode())
            _, err = process.communicate(timeout=60)
    finally:
        os.close(ours)
        os.close(theirs)
    assert b"25 \xe2\x86\x92 9" in said
    assert (process.returncode, err.decode()) == (status, "" if status == 0 else "Nothing was changed.\n")
    assert here("settings", "get", "guard_share").out == f"{share}\n"


def test_everything_wrong_with_a_file_is_told_by_line_and_nothing_is_imported(here: Here, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(
        "format = 1\n[connection]\nguard_share = 9\nallocation = 999999\n"
        '[contacts]\ninclusion_list = "404"\n'
        '[[contacts.mapping]]\nproperty = "jobtitel"\nContact = "Title"\n'
        '[[contacts.mapping]]\nproperty = "closedate"\nLead = "NumberOfEmployees"\n'
    )
    ran = here("config", "import", str(tmp_path / "c.toml"), "--yes")
    assert ran.status == 2
    assert ran.out == ""
    told = ran.err.splitlines()
    assert told[0] == "Nothing was imported."
    assert told[1].startswith("Line 4: connection.allocation: 999,999 calls can't be allocated.")
    assert told[2].startswith("Line 6: contacts.inclusion_list: There is no active list “404” here.")
    assert told[3].startswith(
        "Line 8: contacts.mapping.property: HubSpot has no property “jobtitel”. Did you mean “jobtitle”"
    )
    assert told[4].startswith("Line 10: contacts.mapping: “closedate” can't be mapped with these fields:")
    assert told[5:] == [
        "Line 12: contacts.mapping.Lead: Lead.NumberOfEmployees is mapped already, to “numemployees”. Keep one of the two."
    ]
    assert here("settings", "get", "guard_share").out == "25\n"


def test_machines_get_the_difference_and_the_problems_as_json(here: Here, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("format = 1\n[connection]\nguard_share = 9\n")
    [change] = here("config", "import", str(file), "--preview", "--json").json["changes"]
    assert (change["key"], change["old"], change["new"]) == ("guard_share", "25", "9")
    nobody = here("config", "import", str(file), "--json")
    assert (nobody.status, nobody.json["changes"][0]["key"]) == (2, "guard_share")
    assert "nobody to ask" in nobody.err
    file.write_text("format = 1\n[connection]\nguard = 9\n")
    refused = here("config", "import", str(file), "--json")
    assert refused.status == 2
    assert [(each["line"], each["key"]) for each in refused.json["problems"]] == [(3, "connection.guard")]


HOSTILE = {
    "a NUL": (b"format = 1\n\0\n", "Line 2"),
    "Latin-1": ("format = 1\n# R\xf8r\n".encode("latin-1"), "isn't in UTF-8. Line 2 has other bytes."),
    "UTF-16": ("format = 1\n".encode("utf-16"), "isn't in UTF-8. Line 1"),
    "ten megabytes": (b"#" * 10_000_000, "too long"),
    "two megabytes": (b"#" * 2_000_000, "2,000,000 characters"),
    "deep nesting": (b"format = 1\na = " + b"[" * 100_000, "nested too deeply"),
    "a key of many parts": (b"format = 1\n" + b"a." * 200_000 + b"b = 1\n", "Line 2"),
    "escape sequences": (b'format = 1\n"\\u001b[31mred" = 1\n', "There is no"),
    "a newer version's": (b"format = 7\n[future]\n", "A newer version"),
    "nothing": (b"", "doesn't say which format"),
    "an image": (b"\x89PNG\r\n\x1a\n\x00\x00", "isn't in UTF-8"),
}


@pytest.mark.parametrize(("data", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_in_words_and_changes_nothing(
    here: Here, tmp_path: Path, data: bytes, words: str
) -> None:
    (tmp_path / "c.toml").write_bytes(data)
    ran = here("config", "import", str(tmp_path / "c.toml"), "--yes")
    assert ran.status == 2
    assert words in ran.err
    assert "\x1b" not in ran.err
    assert ran.out == ""


def test_a_file_that_is_not_there_or_a_folder_is_told(here: Here, tmp_path: Path) -> None:
    for path in (tmp_path / "missing.toml", tmp_path):
        ran = here("config", "import", str(path), "--yes")
        assert ran.status == 2
        assert path.name in ran.err


def test_a_file_comes_from_standard_input_too(here: Here) -> None:
    ran = here.desk.run("config", "import", "-", "--practice", told="format = 1\n[connection]\nguard_share = 9\n")
    assert (ran.status, "nobody to ask" in ran.err) == (2, True)
    ran = here.desk.run(
        "config", "import", "-", "--practice", "--yes", told="format = 1\n[connection]\nguard_share = 9\n"
    )
    assert (ran.status, ran.out.splitlines()[-1]) == (0, "Changed: 1")
    assert here("settings", "get", "guard_share").out == "9\n"


def test_no_secret_is_in_an_export(here: Here) -> None:
    ran = here("config", "export")
    assert ran.status == 0
    told = here.desk.orgs.announced
    for system in ("salesforce", "hubspot"):
        assert told[system]["access_token"] not in ran.out
        assert told[system]["url"] in ran.out
