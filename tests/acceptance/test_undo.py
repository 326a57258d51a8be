"""Undo over real HTTP: what nobody edited since goes back, what somebody did stays and is listed, and it sticks."""

from __future__ import annotations

import json
from typing import Any

from tests.acceptance.conditions import Difficult


def last_pass(here: Difficult) -> int:
    rows = json.loads(here.run("history", "--practice", "--json").out)
    return int(next(row["id"] for row in rows if not row["preview"]))


def undo(here: Difficult, number: int, *arguments: str, status: int = 0) -> dict[str, Any]:
    ran = here.run("undo", str(number), "--practice", "--json", *arguments)
    assert ran.status == status, (ran.out, ran.err)
    return dict(json.loads(ran.out)["undo"])


def test_an_update_goes_back_and_stays_so_until_somebody_edits_it(here: Difficult) -> None:
    id = here.person(Phone="111", Title="Chief")
    here.settled()
    here.salesforce.edit("Contact", id, Phone="222", Title="Boss")
    here.sync()
    assert here.people("phone", "jobtitle") == [("222", "Boss")]
    done = undo(here, last_pass(here))
    assert done["left"] == []
    assert here.people("phone", "jobtitle") == [("111", "Chief")]
    assert here.contacts("Phone", "Title") == [("222", "Boss")]
    assert here.sync().writes() == 0
    assert here.sync().writes() == 0
    assert here.people("phone", "jobtitle") == [("111", "Chief")]
    here.salesforce.edit("Contact", id, Phone="333")
    here.sync()
    assert here.people("phone", "jobtitle") == [("333", "Chief")]
