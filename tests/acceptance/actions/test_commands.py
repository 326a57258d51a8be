"""Rules by command, as an admin keeps them: made, tried, shown, retried, taken back, and carried over in the configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync_desktop.domain.action_rules import When
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.records import Side
from tests.acceptance.actions.office import Office
from tests.acceptance.conditions import Difficult

ADD = ("actions", "add", "--practice", "--object", "contacts")


def actions(here: Difficult, *arguments: str) -> str:
    ran = here.run("actions", *arguments, "--practice")
    assert ran.status == 0, ran.err
    return ran.out


def test_a_rule_lives_by_commands(here: Difficult, tmp_path: Path) -> None:
    ada = here.hubspot.create(email="ada@example.com", firstname="Ada", lastname="Moe", jobtitle="Clerk")
    here.settled()
    made = here.run(
        *ADD, "Boss", "--property", "jobtitle", "--is", "Boss", "--task", "Greet {firstname}", "--json"
    ).json
    assert made["rule"]["number"] == 1
    assert made["condition"] == "“Job Title” of a contact becomes “Boss”"
    here.admin.advance(3)
    here.hubspot.edit(ada, jobtitle="Boss")
    done = here.sync().json["pass"]["tallies"]
    assert [tally["created"] for tally in done if tally["pair"] == "actions"] == [1]
    shown = actions(here, "list")
    assert "Greet {firstname}" in shown
    assert "Contact “Ada Moe”: “Job Title” became “Boss”" in " ".join(actions(here, "history").split())
    (fired,) = here.run("actions", "history", "Boss", "--record", "ada@example.com", "--practice", "--json").json
    assert fired["state"] == "done"
    assert f"“Boss” ({fired['number']})" in here.run("why", "ada@example.com", "--practice").out

    tried = here.run("actions", "try", "boss", "--practice", "--json").json
    assert [row["record_id"] for row in tried["rows"]] == [ada]
    assert any("two passes" in each for each in tried["unknown"])

    task = fired["target_id"]
    assert "Undone" in actions(here, "undo", str(fired["number"])).title()
    assert here.salesforce.query(f"SELECT Id FROM Task WHERE Id = '{task}'") == []
    again = here.run("actions", "undo", str(fired["number"]), "--practice")
    assert again.status == 2
    assert "did nothing that could be taken back" in again.err

    assert "off" in actions(here, "off", "Boss")
    file = tmp_path / "config.toml"
    assert here.run("config", "export", "-o", str(file), "--practice").status == 0
    text = file.read_text(encoding="utf-8")
    assert '[[action]]\nname = "Boss"' in text
    actions(here, "remove", "Boss")
    diff = here.run("config", "import", str(file), "--preview", "--practice", "--json").json
    assert [change["title"] for change in diff["changes"]] == ["Workflow action Boss"]
    file.write_text(text.replace("Greet {firstname}", "Greet {fristname}"), encoding="utf-8")
    wrong = here.run("config", "import", str(file), "--yes", "--practice")
    assert wrong.status == 2
    assert "{fristname}" in wrong.err
    assert "“firstname”" in wrong.err
    assert here.run("actions", "list", "--practice", "--json").json == []
    file.write_text(text, encoding="utf-8")
    assert here.run("config", "import", str(file), "--yes", "--practice").status == 0
    (found,) = here.run("actions", "list", "--practice", "--json").json
    assert (found["rule"]["number"], found["rule"]["on"]) == (2, False)
    assert "counts what happens from" in actions(here, "on", "2")
    assert "Hello" in actions(here, "edit", "Boss", "--task", "Hello {firstname}")
    assert "0 firings" in actions(here, "retry")


WRONG: tuple[tuple[tuple[str, ...], str], ...] = (
    (("--task", "Call"), "Say what it waits for"),
    (("--property", "jobtitle", "--is", "a", "--stage", "x", "--task", "Call"), "Say what it waits for"),
    (("--property", "jobtitle", "--is", "a", "--changes", "--task", "Call"), "Give --is, or --changes"),
    (("--joins-list", "1", "--is", "a", "--task", "Call"), "Say which property"),
    (("--property", "jobtitle", "--is", "a"), "Say what it does"),
    (("--property", "jobtitle", "--is", "a", "--task", "C", "--campaign", "D"), "Say what it does"),
    (("--property", "jobtitle", "--is", "a", "--task", "Call {nme}"), "{nme}"),
)


def test_a_command_that_says_too_little_or_too_much_is_told(here: Difficult) -> None:
    for arguments, words in WRONG:
        ran = here.run(*ADD, "X", *arguments)
        assert ran.status == 2, arguments
        assert words in ran.err
        assert len(ran.err.strip().splitlines()) <= 3


def test_what_is_not_there_is_told(here: Difficult) -> None:
    for arguments in (
        ("on", "X"),
        ("remove", "X"),
        ("try", "X"),
        ("history", "X"),
        ("edit", "X", "--limit", "3"),
        ("undo", "9"),
    ):
        ran = here.run("actions", *arguments, "--practice")
        assert ran.status == 2
        assert "There is no" in ran.err
    assert "no state" in here.run("actions", "history", "--state", "happy", "--practice").err


def test_undo_leaves_what_somebody_has_edited_and_puts_a_status_back(office: Office) -> None:
    here = office.here
    person = office.contact(message="x")
    here.settled()
    fair = office.campaign("Undone fair", "Came")
    office.task_rule("T", "contacts", When.VALUE, "Call", property="message", values=("go",))
    office.campaign_rule("In", When.VALUE, fair, property="message", values=("go",))
    office.campaign_rule("Came", When.VALUE, fair, property="message", values=("came",), member_status="Came")
    here.edit("hubspot", "contacts", person, message="go")
    here.sync()
    here.admin.advance(10)
    here.edit("hubspot", "contacts", person, message="came")
    here.sync()
    number = {each.rule: each.number for each in office.history()}
    assert here.run(here.service.undo_firing(number["Came"])).message == "The status is “Sent” again."
    assert [status for _, status in office.members(fair)] == ["Sent"]
    here.admin.advance(10)
    (task,) = office.tasks(str(here.partner("contacts", Side.HUBSPOT, person)))
    here.salesforce.edit("Task", task["Id"], Priority="High")
    with pytest.raises(SetupError, match="edited the task"):
        here.run(here.service.undo_firing(number["T"]))
    with pytest.raises(SetupError, match="edited the campaign member"):
        here.run(here.service.undo_firing(number["In"]))
