"""Associations in the practice portal, as a person's hands make them there."""

from __future__ import annotations

from typing import Any

from tests.acceptance.life.world import World


def associate(here: World, source: str, from_id: str, target: str, to_id: str, label: str = "") -> None:
    """Plainly, or under the label of that name, or as the primary company."""
    url = f"{_base(here)}/crm/associations/2026-03/{source}/{target}"
    if not label:
        body = {"inputs": [{"from": {"id": from_id}, "to": {"id": to_id}}]}
        here.hubspot.session.post(f"{url}/batch/associate/default", json=body, timeout=30).raise_for_status()
        return
    types = [
        {"associationCategory": kind["category"], "associationTypeId": kind["typeId"]}
        for kind in labels(here, source, target)
        if kind["label"] == label
    ]
    assert types, f"no label {label}"
    body = {"inputs": [{"from": {"id": from_id}, "to": {"id": to_id}, "types": types}]}
    here.hubspot.session.post(f"{url}/batch/create", json=body, timeout=30).raise_for_status()


def part(here: World, source: str, from_id: str, target: str, to_id: str) -> None:
    url = f"{_base(here)}/crm/associations/2026-03/{source}/{target}/batch/archive"
    body = {"inputs": [{"from": {"id": from_id}, "to": [{"id": to_id}]}]}
    here.hubspot.session.post(url, json=body, timeout=30).raise_for_status()


def associated(here: World, source: str, from_id: str, target: str) -> dict[str, set[str | None]]:
    """Labels by associated id; None stands for the plain association."""
    url = f"{_base(here)}/crm/associations/2026-03/{source}/{target}/batch/read"
    answer = here.hubspot.session.post(url, json={"inputs": [{"id": from_id}]}, timeout=30)
    answer.raise_for_status()
    return {
        str(to["toObjectId"]): {kind["label"] for kind in to["associationTypes"]}
        for result in answer.json()["results"]
        for to in result["to"]
    }


def labels(here: World, source: str, target: str) -> list[dict[str, Any]]:
    answer = here.hubspot.session.get(f"{_base(here)}/crm/associations/2026-03/{source}/{target}/labels", timeout=30)
    answer.raise_for_status()
    return list(answer.json()["results"])


def make_label(here: World, source: str, target: str, label: str) -> None:
    body = {"label": label, "name": label.lower().replace(" ", "_")}
    url = f"{_base(here)}/crm/associations/2026-03/{source}/{target}/labels"
    here.hubspot.session.post(url, json=body, timeout=30).raise_for_status()


def _base(here: World) -> str:
    return str(here.orgs.announced["hubspot"]["url"])
