"""Forms, and what people sent through them."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.practice.hubspot.forms import Forms
from crmsync_desktop.practice.hubspot.refusals import Refusal
from tests.practice.hubspot.conftest import Served
from tests.practice.hubspot.test_lists import branch, make, members

pytestmark = pytest.mark.http
FORMS = "/marketing/v3/forms"
FIELDS = [{"name": "email", "fieldType": "email", "objectTypeId": "0-1", "label": "E-mail", "required": True},
          {"name": "firstname", "fieldType": "single_line_text", "objectTypeId": "0-1", "label": "First name"}]  # fmt: skip
CONTACT: dict[str, Any] = {"formType": "hubspot", "name": "Write to us", "fieldGroups": [{"fields": FIELDS}]}


def submit(served: Served, form: str, **values: str) -> str:
    served.clock.advance(1)
    with served.portal.database.transaction():
        return str(Forms(served.portal).submit(form, values, "https://firma.example/contact").id)


def submissions(served: Served, form: str, **query: object) -> Any:
    return served.ok("GET", f"/form-integrations/v1/submissions/forms/{form}", **query)


def test_a_form_is_made_changed_and_archived(served: Served) -> None:
    made = served.ask("POST", FORMS, CONTACT)
    assert made.status_code == 201
    form = made.json()
    assert form["fieldGroups"][0]["groupType"] == "default_group"
    assert form["fieldGroups"][0]["fields"][1]["required"] is False
    path = f"{FORMS}/{form['id']}"
    assert (
        served.ok("PATCH", path, {"name": "Hello", "configuration": {"language": "no"}})["configuration"]["language"]
        == "no"
    )
    assert served.ok("PUT", path, {**CONTACT, "name": "Again"})["name"] == "Again"
    assert served.ask("PUT", path, {"name": "Again"}).status_code == 400
    assert [each["name"] for each in served.ok("GET", FORMS, formTypes="hubspot")["results"]] == ["Again"]
    assert served.ask("DELETE", path).status_code == 204
    assert served.ask("GET", path).status_code == 404
    assert served.ok("GET", path, archived="true")["archivedAt"]


def test_forms_are_listed_in_pages(served: Served) -> None:
    for number in range(3):
        served.ok("POST", FORMS, {**CONTACT, "name": f"F{number}"})
    page = served.ok("GET", FORMS, limit=2)
    rest = served.ok("GET", FORMS, limit=2, after=page["paging"]["next"]["after"])
    assert len({each["id"] for each in page["results"] + rest["results"]}) == 3
    assert served.ask("GET", FORMS, after="x").status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"formType": "captured"},
        {"fieldGroups": "x"},
        {"fieldGroups": [{"fields": "x"}]},
        {"fieldGroups": [{"fields": [{"name": "email", "fieldType": "telepathy"}]}]},
        {"fieldGroups": [{"fields": [{"name": "nothing", "fieldType": "email"}]}]},
        {"configuration": "x"},
        {"colour": "red"},
    ],
)
def test_a_form_that_makes_no_sense_is_refused(served: Served, change: dict[str, Any]) -> None:
    assert served.ask("POST", FORMS, {**CONTACT, **change}).status_code == 400


def test_a_submission_makes_a_contact_or_changes_the_one_there_is(served: Served) -> None:
    form = served.ok("POST", FORMS, CONTACT)["id"]
    contact = submit(served, form, email="Kari@Firma.example", firstname="Kari")
    assert served.portal.changed_by("contacts", [int(contact)]) == {int(contact): "person"}
    assert submit(served, form, email="kari@firma.example", firstname="Karin") == contact
    names = ("email", "firstname", "num_conversion_events", "first_conversion_event_name")
    told = served.ok("GET", f"/crm/v3/objects/contacts/{contact}", properties=",".join(names))["properties"]
    assert [told[name] for name in names] == ["kari@firma.example", "Karin", "2", "Write to us"]
    versions = served.ok("GET", f"/crm/v3/objects/contacts/{contact}", propertiesWithHistory="firstname")
    assert [each["sourceType"] for each in versions["propertiesWithHistory"]["firstname"]] == ["FORM", "FORM"]
    filled = make(
        served, "Wrote", "DYNAMIC", branch({"filterType": "FORM_SUBMISSION", "operator": "FILLED_OUT", "formId": form})
    )
    assert members(served, filled) == [contact]
    quiet = served.contact(firstname="Ola")
    others = make(served, "Quiet", "DYNAMIC", branch({"filterType": "FORM_SUBMISSION", "operator": "NOT_FILLED_OUT"}))
    assert members(served, others) == [quiet]


def test_submissions_are_read_newest_first_in_pages(served: Served) -> None:
    form = served.ok("POST", FORMS, CONTACT)["id"]
    for number in range(5):
        submit(served, form, email=f"p{number}@firma.example")
    page = submissions(served, form, limit=3)
    rest = submissions(served, form, limit=3, after=page["paging"]["next"]["after"])
    assert "paging" not in rest
    sent = [each["values"][0]["value"] for each in page["results"] + rest["results"]]
    assert sent == [f"p{number}@firma.example" for number in (4, 3, 2, 1, 0)]
    first = page["results"][0]
    assert first["pageUrl"] == "https://firma.example/contact"
    assert isinstance(first["submittedAt"], int)
    assert first["values"] == [{"name": "email", "value": "p4@firma.example", "objectTypeId": "0-1"}]
    served.ask("DELETE", f"{FORMS}/{form}")
    assert len(submissions(served, form, limit=50)["results"]) == 5
    path = "/form-integrations/v1/submissions/forms"
    assert served.ask("GET", f"{path}/{form}", limit=51).status_code == 400
    assert served.ask("GET", f"{path}/{form}", after="x").status_code == 400
    assert served.ask("GET", f"{path}/nothing").status_code == 404


def test_a_submission_fits_its_form(served: Served) -> None:
    form = served.ok("POST", FORMS, CONTACT)["id"]
    for values in ({"firstname": "Kari"}, {"email": "a@firma.example", "city": "Oslo"}, {"email": "no address"}):
        with pytest.raises(Refusal):
            submit(served, form, **values)
    assert served.portal.count("contacts") == 0
