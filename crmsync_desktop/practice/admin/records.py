"""What a person does in the records of both orgs, over HTTP: see practice/hands.py for the shapes."""

from __future__ import annotations

from collections.abc import Callable

from crmsync_desktop.practice.admin.given import Given
from crmsync_desktop.practice.admin.routes import Line, line
from crmsync_desktop.practice.hands import MOST_RECORDS, Hands
from crmsync_desktop.practice.hands_forms import fill_in
from crmsync_desktop.practice.hands_hubspot import HubSpotHands
from crmsync_desktop.practice.hands_salesforce import SalesforceHands
from crmsync_desktop.practice.reach import Practice

Deed = Callable[[Hands, str, Given], object]


def _hands(practice: Practice, system: str) -> Hands:
    if not practice.hands:
        practice.hands.update(salesforce=SalesforceHands(practice.org), hubspot=HubSpotHands(practice.portal))
    if system not in practice.hands:
        raise ValueError(f"There is no system “{system}”; it is salesforce or hubspot.")
    return practice.hands[system]


def _types(practice: Practice, given: Given) -> object:
    wanted = given.text("system", "")
    systems = (wanted,) if wanted else ("salesforce", "hubspot")
    return [each for system in systems for each in _hands(practice, system).types()]


def _page(hands: Hands, kind: str, given: Given) -> object:
    return hands.page(
        kind,
        search=given.text("search", ""),
        deleted=given.flag("deleted"),
        offset=given.whole("offset", 0),
        limit=given.whole("limit", 50, most=MOST_RECORDS),
    )


def _get(hands: Hands, kind: str, given: Given) -> object:
    return hands.get(kind, given.text("id"))


def _create(hands: Hands, kind: str, given: Given) -> object:
    return hands.create(kind, given.mapping("values"))


def _change(hands: Hands, kind: str, given: Given) -> object:
    return hands.change(kind, given.text("id"), given.mapping("values"))


def _delete(hands: Hands, kind: str, given: Given) -> object:
    hands.delete(kind, given.texts("ids"))
    return {}


def _undelete(hands: Hands, kind: str, given: Given) -> object:
    hands.undelete(kind, given.texts("ids"))
    return {}


def _merge(hands: Hands, kind: str, given: Given) -> object:
    return {"id": hands.merge(kind, given.text("master"), given.texts("losers"))}


def _convert(practice: Practice, given: Given) -> object:
    return SalesforceHands(practice.org).convert(given.text("lead"), given.text("opportunity", ""))


def _submit_form(practice: Practice, given: Given) -> object:
    contact = fill_in(practice.portal, given.text("form"), given.mapping("values"), given.text("page", ""))
    return _hands(practice, "hubspot").get("contacts", contact)


def _line(verb: str, path: str, deed: Deed, *allowed: str) -> Line:
    def act(practice: Practice, given: Given) -> object:
        return deed(_hands(practice, given.text("system")), given.text("type"), given)

    return line(verb, f"/practice/{path}", act, "system", "type", *allowed)


LINES: tuple[Line, ...] = (
    line("GET", "/practice/types", _types, "system"),
    _line("GET", "records", _page, "search", "deleted", "offset", "limit"),
    _line("GET", "record", _get, "id"),
    _line("POST", "create", _create, "values"),
    _line("POST", "set", _change, "id", "values"),
    _line("POST", "delete", _delete, "ids"),
    _line("POST", "undelete", _undelete, "ids"),
    _line("POST", "merge", _merge, "master", "losers"),
    line("POST", "/practice/convert", _convert, "lead", "opportunity"),
    line("POST", "/practice/submit-form", _submit_form, "form", "values", "page"),
)
