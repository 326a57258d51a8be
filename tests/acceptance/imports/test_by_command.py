"""Imports by command over real HTTP: from each source, counted, shown, run, told in a file, and undone."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.acceptance.conditions import Difficult
from tests.acceptance.desk import Ran

SURGEON = "Title = 'Surgeon'"


def import_(here: Difficult, *arguments: str, status: int = 0) -> Any:
    ran = here.run("import", *arguments, "--practice", "--json")
    assert ran.status == status, (ran.out, ran.err)
    return json.loads(ran.out)


def refused(here: Difficult, *arguments: str) -> str:
    """What an import that can't be says, on one line."""
    ran: Ran = here.run("import", *arguments, "--practice")
    assert ran.status == 2, ran.out
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    return ran.err.strip()


def counts(done: Any) -> dict[str, int]:
    """What isn't nought."""
    return {outcome: count for outcome, count in done["import"]["imported"]["counts"].items() if count}


def three(here: Difficult) -> list[str]:
    """Two surgeons, of whom HubSpot has one, and somebody else."""
    ids = [
        here.person(LastName="Moe", Email="moe@x.example", Title="Surgeon"),
        here.person(LastName="Å", Email="a@x.example", Title="Surgeon", Phone="+47 22"),
        here.person(LastName="Roe", Email="roe@x.example", Title="Nurse"),
    ]
    here.hubspot.create(email="moe@x.example", lastname="Before", jobtitle="Boss")
    return ids


def test_what_meets_a_filter_comes_and_nothing_else_does(here: Difficult) -> None:
    three(here)
    assert import_(here, "count", "contact", "--where", SURGEON)["records"] == 2
    shown = import_(here, "preview", "Contact", "--where", SURGEON)
    assert counts(shown) == {"created": 1, "matched": 1}
    assert {change["op"] for change in shown["changes"]} == {"create", "update"}
    assert here.people("lastname") == [("Before",)], "a preview writes nothing"
    done = import_(here, "run", "Contact", "--where", SURGEON, "--yes")
    assert counts(done) == {"created": 1, "matched": 1}
    assert here.people("lastname", "jobtitle") == [("Moe", "Surgeon"), ("Å", "Surgeon")]
    assert counts(import_(here, "run", "Contact", "--where", SURGEON, "--yes")) == {"unchanged": 2}
    assert here.contacts("LastName", "Title") == [("Moe", "Surgeon"), ("Roe", "Nurse"), ("Å", "Surgeon")]
    here.settled()
    assert len(here.people("email")) == 3, "the next pass brings the third, and doubles none"


def test_a_preview_shows_whom_hubspot_may_have_already(here: Difficult) -> None:
    who = {"FirstName": "Sigrid", "LastName": "Haugland", "Phone": "+47 22 33 44 55"}
    here.person(**who, Email="sigrid@x.example")
    here.person(FirstName="Bo", LastName="Other", Email="bo@x.example")
    here.hubspot.create(firstname="Sigrid", lastname="Haugland", phone="22334455", email="s.haugland@x.example")
    shown = import_(here, "preview", "Contact")["import"]
    assert shown["likely"] == 1
    (found,) = shown["duplicates"]
    assert {found[which]["side"] for which in ("one", "other")} == {"salesforce", "hubspot"}
    assert shown["calls"] == {"salesforce": 1, "hubspot": 1}
    said = here.run("import", "preview", "Contact", "--practice").out
    assert "Possible duplicates: 1" in said
    assert (
        "Nothing was written. To import them, for about 1 Salesforce and 1 HubSpot calls: import resume 2"
        in " ".join(said.split())
    )


def test_a_preview_is_run_by_its_number_and_reads_anew(here: Difficult) -> None:
    ids = three(here)
    number = import_(here, "preview", "Contact", "--where", SURGEON)["import"]["imported"]["number"]
    here.salesforce.edit("Contact", ids[1], Phone="+47 33")
    done = import_(here, "resume", str(number))
    assert counts(done) == {"created": 1, "matched": 1}
    assert ("Å", "+47 33") in here.people("lastname", "phone")
    assert refused(here, "resume", str(number)).startswith(f"Import {number} is done.")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "txt"])
def test_a_list_of_ids_says_of_each_entry_what_became_of_it(here: Difficult, tmp_path: Path, kind: str) -> None:
    ids = three(here)
    gone = here.person(LastName="Gone", Email="gone@x.example")
    here.salesforce.delete("Contact", gone)
    account = here.salesforce.create("Account", Name="Fjord")
    entries = [ids[0], ids[0][:15], ids[2], gone, account, "nonsense", ids[2][:17] + "Z"]
    path = tmp_path / f"list.{kind}"
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.active.append(["Name", "Contact ID"])  # type: ignore[union-attr]
        for number, entry in enumerate(entries):
            book.active.append([number, entry])  # type: ignore[union-attr]
        book.save(path)
    elif kind == "csv":
        path.write_text("Name;Id\n" + "".join(f"x;{entry}\n" for entry in entries), encoding="utf-8-sig")
    else:
        path.write_text("\n".join(entries), encoding="utf-8")
    looked = import_(here, "check", "Contact", "--ids", str(path), status=1)
    assert (looked["entries"], looked["found"], len(looked["missing"])) == (6, 2, 4)
    done = import_(here, "run", "Contact", "--ids", str(path), "--yes", status=1)
    assert counts(done) == {"created": 1, "matched": 1, "skipped": 4}
    why = {item["salesforce_id"]: item["reason"] for item in done["import"]["skipped"]}
    assert "deleted, or is hidden" in why[gone]
    assert "another object's record: those of Contact begin with 003" in why[account]
    assert "15 or 18 letters" in why["nonsense"]
    assert "its last three characters don't fit" in why[ids[2][:17] + "Z"]
    assert here.people("lastname") == [("Moe",), ("Roe",)]
    here.salesforce.delete("Account", account)


def test_a_list_of_addresses_finds_leads_as_well(here: Difficult, tmp_path: Path) -> None:
    here.salesforce.create("Lead", LastName="Lie", Company="Lie AS", Email="LIE@x.example")
    path = tmp_path / "list.csv"
    path.write_bytes("E-post;Navn\nlie@x.example;Bjørn\nnobody@x.example;\nno address;\n".encode("cp1252"))
    done = import_(here, "run", "Lead", "--emails", str(path), "--yes", status=1)
    assert counts(done) == {"created": 1, "skipped": 2}
    assert "read as Windows-1252" in done["import"]["notice"]
    assert here.people("email") == [("lie@x.example",)]


def test_an_import_is_undone_as_any_pass(here: Difficult) -> None:
    three(here)
    done = import_(here, "run", "Contact", "--where", SURGEON, "--yes")
    ran = here.run("undo", str(done["import"]["result"]["id"]), "--practice")
    assert ran.status == 0, ran.err
    assert here.people("lastname", "jobtitle") == [("Before", "Boss")]


def test_what_became_of_each_goes_into_a_file_that_no_spreadsheet_runs(here: Difficult, tmp_path: Path) -> None:
    here.person(LastName="=cmd()", FirstName="", Email="x@x.example")
    here.person(LastName="Twin", Email="twin@x.example")
    here.person(LastName="Twin", Email="twin@x.example")
    number = str(import_(here, "run", "Contact", "--yes", status=1)["import"]["imported"]["number"])
    assert import_(here, "report", number, str(tmp_path / "r.csv"))["records"] == 3
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = list(csv.reader(file))
    assert heading == ["outcome", "object", "Salesforce id", "HubSpot id", "name", "reason"]
    assert Counter(row[0] for row in rows) == {"created": 2, "skipped": 1}
    assert "'=cmd()" in {row[4] for row in rows}
    (skipped,) = [row for row in rows if row[0] == "skipped"]
    assert "twin@x.example is also the e-mail address of" in skipped[5]
    import_(here, "report", number, str(tmp_path / "r.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert [list(map(str, row)) for row in book.worksheets[0].iter_rows(min_row=2, max_col=3, values_only=True)] == [
        row[:3] for row in rows
    ]
    assert "r.doc is no name for a table" in refused(here, "report", number, str(tmp_path / "r.doc"))


def test_what_hubspot_refuses_is_told_at_the_record(here: Difficult, tmp_path: Path) -> None:
    """An address that Salesforce takes and HubSpot doesn't: the contact comes without it."""
    here.person(LastName="Fine", Email="fine@x.example")
    here.person(LastName="Odd", Email="odd@-x.example")
    done = import_(here, "run", "Contact", "--yes")
    assert counts(done) == {"created": 2}
    assert here.people("lastname", "email") == [("Fine", "fine@x.example"), ("Odd", None)]
    import_(here, "report", "1", str(tmp_path / "r.csv"))
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        reasons = {row["name"]: row["reason"] for row in csv.DictReader(file)}
    assert reasons["Fine"] == ""
    assert "odd@-x.example" in reasons["Odd"]


def test_a_record_that_isnt_taken_at_all_is_skipped_and_comes_with_the_next_import(here: Difficult) -> None:
    here.person(LastName="Moe", Email="moe@x.example")
    body = {"status": "error", "message": "No", "category": "VALIDATION_ERROR", "correlationId": "1"}
    here.admin.fault("hubspot", path="batch/create", status=400, body=json.dumps(body), count=0)
    done = import_(here, "run", "Contact", "--yes", status=1)
    assert counts(done) == {"skipped": 1}
    assert "No" in done["import"]["skipped"][0]["reason"]
    here.admin.clear_faults()
    assert counts(import_(here, "run", "Contact", "--yes")) == {"created": 1}
    assert here.people("lastname") == [("Moe",)]


def test_it_is_narrowed_to_properties(here: Difficult) -> None:
    three(here)
    done = import_(here, "run", "Contact", "--where", SURGEON, "--only", "jobtitle", "--yes")
    assert counts(done) == {"created": 1, "matched": 1}
    assert here.people("email", "lastname", "jobtitle", "phone") == [
        ("a@x.example", "Å", "Surgeon", None),
        ("moe@x.example", "Before", "Surgeon", None),
    ]
    said = refused(here, "run", "Contact", "--only", "favourite", "--yes")
    assert "favourite of contacts isn't mapped" in said
    assert "mappings add contacts favourite Contact.FIELD" in said


def test_hubspots_edits_wait_for_the_next_pass_and_arrive(here: Difficult) -> None:
    id = here.person(LastName="Moe", Email="moe@x.example", Title="Surgeon")
    here.settled()
    assert here.run("mappings", "rule", "--practice", "contacts", "jobtitle", "two_way").status == 0
    here.hubspot.edit(here.only(), jobtitle="Chief")
    here.salesforce.edit("Contact", id, Phone="+47 22")
    done = import_(here, "run", "Contact", "--yes")
    assert counts(done) == {"updated": 1}
    assert here.contacts("Title", "Phone") == [("Surgeon", "+47 22")], "an import writes nothing to Salesforce"
    assert here.people("jobtitle", "phone") == [("Chief", "+47 22")]
    here.settled()
    assert here.contacts("Title", "Phone") == [("Chief", "+47 22")]


def test_the_least_calls(here: Difficult) -> None:
    """One to count and one to read; in HubSpot one to see what is new and one to write. The rest is read once a day."""
    for number in range(3):
        here.person(LastName=f"P{number}", Email=f"p{number}@x.example")
    here.settled()
    here.person(LastName="New", Email="new@x.example")
    done = import_(here, "run", "Contact", "--where", "LastName = 'New'", "--yes")
    assert done["import"]["result"]["calls"] == {"salesforce": 1, "hubspot": 2}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "Contact", "--where", "Nonsense = 1", "--yes"], "Contact has no field Nonsense"),
        (["run", "Contact", "--where", "LastName =", "--yes"], "The filter can't be read"),
        (["run", "Contact", "--where", "Title = 'x'", "--id", "003", "--yes"], "--where and --id don't go together"),
        (["run", "Contact", "--column", "x", "--yes"], "--column goes with --ids or --emails"),
        (["run", "Pricebook2", "--yes"], "There is no pair for Pricebook2. There are pairs for Account, Contact"),
        (["run", "Thing__c", "--yes"], "Make one of a custom object first: objects add Thing__c"),
        (["run", "Opportunity", "--email", "a@x.example", "--yes"], "Opportunity has no field for an e-mail address"),
        (["run", "Contact"], "nobody to ask"),
        (["resume", "99"], "There is no import 99"),
        (["report", "99", "x.csv"], "There is no import 99"),
        (["cancel"], "No import runs"),
        (["check", "Contact"], "There is no list to check"),
    ],
)
def test_what_cant_be_asked_is_refused_and_nothing_is_done(here: Difficult, arguments: list[str], said: str) -> None:
    assert said in refused(here, *arguments)
    assert import_(here, "list") == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nul.csv", b"Id\n003\x00\n", "nul.csv is no text: line 2 has a NUL character"),
        ("empty.csv", b"", "empty.csv is empty"),
        ("heading.csv", b"Id\n", "There is nothing in heading.csv"),
        ("not.xlsx", b"hello", "not.xlsx isn't an XLSX workbook"),
        ("zip.xlsx", b"PK\x03\x04nonsense", "zip.xlsx isn't an XLSX workbook"),
        ("none.csv", None, "can't be read: No such file"),
        ("", None, "is a folder"),
    ],
)
def test_a_file_that_is_no_list_is_refused(
    here: Difficult, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert said in refused(here, "run", "Contact", "--ids", str(tmp_path / name), "--yes")
    assert import_(here, "list") == []


def test_more_than_the_allocation_carries_is_refused_with_when_and_how(here: Difficult) -> None:
    here.person(LastName="Moe", Email="moe@x.example")
    here.settled()
    used = json.loads(here.run("status", "--practice", "--json").out)["salesforce"]["used"]
    assert here.run("settings", "set", "allocation", str(used + 3), "--practice").status == 0
    said = refused(here, "run", "Contact", "--yes")
    assert "1 record" in said
    assert "Salesforce calls to read; 0 are left" in said
    assert "settings set allocation" in said
    assert import_(here, "list") == []


def test_a_million_records_are_told_with_their_calls_and_refused_where_these_cant_be_had(here: Difficult) -> None:
    here.settled()
    many = {"totalSize": 1_000_000, "done": True, "records": []}
    here.admin.fault("salesforce", path="query", status=200, body=json.dumps(many), count=0)
    found = import_(here, "count", "Contact")
    assert (found["records"], found["bulk"], found["room"]) == (1_000_000, True, "")
    assert found["reading"] < 100
    assert found["writing"] == 10_000
    assert here.run("settings", "set", "allocation", "20", "--practice").status == 0
    said = refused(here, "run", "Contact", "--yes")
    assert "1,000,000 records take" in said
    assert "Allocate more than" in said
    assert import_(here, "list") == []


def test_opportunities_are_told_with_the_calls_of_pages_since_no_job_brings_their_contact_roles(
    here: Difficult,
) -> None:
    here.settled()
    many = {"totalSize": 100_000, "done": True, "records": []}
    here.admin.fault("salesforce", path="query", status=200, body=json.dumps(many), count=0)
    found = import_(here, "count", "Opportunity")
    assert (found["reading"], found["bulk"]) == (51, False)


def test_reading_goes_on_where_it_was(here: Difficult, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        here.person(LastName=f"P{number}", Email=f"p{number}@x.example")
    monkeypatch.setattr("crmsync_desktop.adapters.salesforce.selecting.PAGE", 2)
    here.admin.fault("salesforce", path="query", nth=4, status=401, count=1)
    assert here.run("import", "run", "Contact", "--yes", "--practice").status == 2
    (stopped,) = import_(here, "list")
    assert (stopped["state"], stopped["counts"]["pending"], stopped["total"]) == ("stopped", 4, 7)
    assert "token" in stopped["message"]
    assert here.people("email") == []
    here.admin.clear_faults()
    assert import_(here, "cancel")["state"] == "cancelled"
    done = import_(here, "resume", str(stopped["number"]))
    assert counts(done) == {"created": 7}
    assert done["import"]["result"]["calls"] == {"salesforce": 2, "hubspot": 2}
    assert len(here.people("email")) == 7


def test_a_create_whose_answer_was_lost_is_found_again(here: Difficult) -> None:
    here.person(LastName="Moe", Email="moe@x.example")
    here.admin.fault("hubspot", path="batch/create", drop_after_commit=True, count=0)
    here.run("import", "run", "Contact", "--yes", "--practice")
    here.admin.clear_faults()
    (found,) = import_(here, "list")
    if found["state"] != "done":
        import_(here, "resume", str(found["number"]))
        (found,) = import_(here, "list")
    assert {outcome: count for outcome, count in found["counts"].items() if count} == {"created": 1}
    assert here.people("lastname") == [("Moe",)]
    here.settled()
    assert here.people("lastname") == [("Moe",)]


def test_what_was_deleted_in_hubspot_isnt_called_unchanged(here: Difficult) -> None:
    """By an undo or a person, who meant it; an edit in Salesforce makes it anew."""
    id = here.person(LastName="Moe", Email="moe@x.example")
    first = import_(here, "run", "Contact", "--yes")["import"]["result"]["id"]
    assert here.run("undo", str(first), "--practice").status == 0
    for how in (["preview", "Contact"], ["run", "Contact", "--yes"]):
        done = import_(here, *how, status=1)
        assert counts(done) == {"skipped": 1}, how
        assert "was deleted there. Restore it in HubSpot, or edit the record" in done["import"]["skipped"][0]["reason"]
    assert here.people("email") == []
    here.salesforce.edit("Contact", id, Title="Surgeon")
    assert counts(import_(here, "run", "Contact", "--yes")) == {"created": 1}
    assert here.people("jobtitle") == [("Surgeon",)]
    assert counts(import_(here, "run", "Contact", "--yes")) == {"unchanged": 1}


def test_why_records_still_differ_stands_in_the_report(here: Difficult, tmp_path: Path) -> None:
    three(here)
    first = import_(here, "run", "Contact", "--where", SURGEON, "--yes")["import"]["result"]["id"]
    assert here.run("undo", str(first), "--practice").status == 0
    here.settled()
    other = here.salesforce.query("SELECT Id FROM Contact WHERE LastName = 'Roe'")[0]["Id"]
    assert here.run("mappings", "rule", "--practice", "contacts", "jobtitle", "two_way").status == 0
    assert here.run("settings", "set", "on_conflict", "hold", "--practice").status == 0
    (person,) = [each["id"] for each in here.hubspot.all("email") if each["properties"]["email"] == "roe@x.example"]
    here.hubspot.edit(person, jobtitle="Chief")
    here.salesforce.edit("Contact", other, Title="Head")
    here.sync()
    number = str(import_(here, "run", "Contact", "--yes", status=1)["import"]["imported"]["number"])
    import_(here, "report", number, str(tmp_path / "r.csv"))
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["name"]: (row["outcome"], row["reason"]) for row in csv.DictReader(file)}
    assert rows["Moe"][0] == "unchanged"
    assert f"jobtitle stays as undo {first + 1} left it" in rows["Moe"][1]
    assert rows["Roe"] == ("unchanged", "jobtitle was edited on both sides. Settle it: conflicts")
