"""What the admin API can do to the practice Salesforce org's records, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from .servers import Orgs, practice_orgs


@pytest.fixture(scope="module")
def orgs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orgs]:
    folder: Path = tmp_path_factory.mktemp("dials")
    with practice_orgs(folder / "orgs", contacts=1) as running:
        yield running


def ask(orgs: Orgs, method: str, path: str, **body: Any) -> requests.Response:
    announced = orgs.announced["salesforce"]
    headers = {"Authorization": f"Bearer {announced['access_token']}"}
    address = f"{announced['url']}/services/data/v60.0/{path}"
    return requests.request(method, address, headers=headers, json=body or None, timeout=30)


def made(orgs: Orgs, kind: str, **fields: Any) -> str:
    return str(ask(orgs, "POST", f"sobjects/{kind}", **fields).json()["id"])


def test_rows_are_locked_and_the_storage_filled(orgs: Orgs) -> None:
    one = made(orgs, "Contact", LastName="A")
    orgs.admin.post("/salesforce/lock-rows", ids=[one], seconds=60, trigger="T")
    refused = ask(orgs, "PATCH", f"sobjects/Contact/{one}", Phone="1")
    assert refused.json()[0]["errorCode"] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    orgs.admin.advance(61)
    assert ask(orgs, "PATCH", f"sobjects/Contact/{one}", Phone="1").status_code == 204
    orgs.admin.post("/salesforce/storage", full=True)
    assert ask(orgs, "POST", "sobjects/Contact", LastName="B").json()[0]["errorCode"] == "STORAGE_LIMIT_EXCEEDED"
    orgs.admin.post("/salesforce/storage", full=False)
    made(orgs, "Contact", LastName="B")


def test_a_lead_is_converted_into_an_account_that_is_there(orgs: Orgs) -> None:
    account, lead = made(orgs, "Account", Name="A"), made(orgs, "Lead", LastName="L", Company="C")
    ids = orgs.admin.post("/salesforce/convert-lead", lead=lead, account=account)
    assert ids["account"] == account
    with pytest.raises(requests.HTTPError) as again:
        orgs.admin.post("/salesforce/convert-lead", lead=lead)
    assert "CANNOT_UPDATE_CONVERTED_LEAD" in again.value.response.text


def test_the_bin_is_emptied(orgs: Orgs) -> None:
    one = made(orgs, "Contact", LastName="A")
    orgs.admin.post("/salesforce/delete", ids=[one])
    orgs.admin.post("/salesforce/empty-bin", ids=[one])
    with pytest.raises(requests.HTTPError) as gone:
        orgs.admin.post("/salesforce/undelete", ids=[one])
    assert "INVALID_CROSS_REFERENCE_KEY" in gone.value.response.text
