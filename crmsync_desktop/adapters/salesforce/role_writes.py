"""Writing contact roles: the difference between what an opportunity was believed to have and what it shall have.

Each try begins with a look at the rows as they are. So a try whose answer was lost doubles nothing, what a person did
meanwhile to other contacts stays, and what is there already is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from crmsync_desktop.adapters.salesforce import roles
from crmsync_desktop.adapters.salesforce.calls import QUERIES, Calls
from crmsync_desktop.adapters.salesforce.codes import fault_of
from crmsync_desktop.adapters.salesforce.errors import CallFailed, answered
from crmsync_desktop.adapters.salesforce.query import Row
from crmsync_desktop.domain.members import parse, same_role
from crmsync_desktop.domain.records import Category, Fault, Write
from crmsync_desktop.domain.schema import Option

BATCH = 200
"""Rows of one collections part; a composite call has up to QUERIES of these (REST guide, Composite)."""
_TRIES = 3
_THERE_ALREADY = "DUPLICATE_VALUE"
_GONE_ALREADY = "ENTITY_IS_DELETED"
_CARDS = (Category.TEMPORARY, Category.PERMISSIONS, Category.CUSTOM_CODE, Category.LIMITS, Category.CONNECTION)
"""Causes that stay what they are; any other refusal of a role is one of associations."""


class Action(msgspec.Struct, frozen=True):
    """One row to make (no `row`), to edit, or to delete (no `values`)."""

    key: str
    row: str = ""
    values: dict[str, Any] | None = None

    @property
    def method(self) -> str:
        return "DELETE" if self.values is None else "PATCH" if self.row else "POST"


async def write_roles(
    calls: Calls, stored: Sequence[tuple[Write, str]], options: Sequence[Option], pair_of: Callable[[str], str]
) -> dict[str, tuple[Fault, ...]]:
    """Give opportunities, written just now or there before (their ids beside the writes), the roles of the writes, in the
    org's own spelling (`options`). Returns the faults of those that lack some, by key. One call to look, one for up to 1,000
    rows. Raises CallFailed and what the budget raises, where the rest couldn't be sent."""
    spelt = {role.casefold(): option.value for option in options for role in (option.label, option.value)}
    pair = pair_of(roles.PARENT)
    faults: dict[str, tuple[Fault, ...]] = {}
    waiting = list(stored)
    for attempt in range(1, _TRIES + 1):
        found = await roles.rows_of(calls, [id for _, id in waiting], purpose="write", pair=pair)
        actions = [action for write, id in waiting for action in actions_of(write, id, found[id], spelt)]
        faults.update((write.key, ()) for write, _ in waiting)
        try:
            for action, fault in await _carry_out(calls, actions, pair):
                faults[action.key] += (fault,)
        except CallFailed as failed:
            if attempt == _TRIES or not failed.temporary:
                raise
            await calls.backoff(attempt)
            continue
        waiting = [(write, id) for write, id in waiting if _temporary(faults[write.key])]
        if not waiting or attempt == _TRIES:
            break
        await calls.backoff(attempt)
    return {key: told for key, told in faults.items() if told}


def actions_of(write: Write, opportunity: str, rows: Sequence[Row], spelt: Mapping[str, str]) -> Iterator[Action]:
    """What makes `rows` hold the roles of `write`, as far as these differ from its `former` ones. The first contact of a new
    opportunity is its primary one, where it has none yet."""
    wanted, former = parse(write.values[roles.FIELD]), parse(write.former.get(roles.FIELD))
    now = roles.telling(rows)
    primary = not former and not any(row["IsPrimary"] for row in rows)
    for contact, given in wanted.items():
        row, role = now.get(contact), spelt.get(given.casefold(), given)
        if row is None:
            if contact not in former or not same_role(former[contact], role):
                values = {"OpportunityId": opportunity, "ContactId": contact, "Role": role or None}
                yield Action(write.key, values={**values, "IsPrimary": True} if primary else values)
                primary = False
        elif not same_role(row["Role"] or "", role):
            yield Action(write.key, row["Id"], {"Role": role or None})
    for contact in former.keys() - wanted.keys():
        for row in rows:
            if row["ContactId"] == contact:
                yield Action(write.key, row["Id"])


async def _carry_out(calls: Calls, actions: Sequence[Action], pair: str) -> list[tuple[Action, Fault]]:
    """The refused ones, with the reason."""
    refused: list[tuple[Action, Fault]] = []
    parts = list(_parts(actions))
    for start in range(0, len(parts), QUERIES):
        group = parts[start : start + QUERIES]
        requests = [_wire(calls.transport.data, part) for part in group]
        answers, _ = await calls.composite(requests, purpose="write", pair=pair, repeatable=False)
        for part, (status, body) in zip(group, answers, strict=True):
            refused += _refusals(part, status, body)
    return refused


def _parts(actions: Sequence[Action]) -> Iterator[Sequence[Action]]:
    for method in ("DELETE", "PATCH", "POST"):
        alike = [action for action in actions if action.method == method]
        for start in range(0, len(alike), BATCH):
            yield alike[start : start + BATCH]


def _wire(data: str, part: Sequence[Action]) -> tuple[str, str, Any]:
    path = f"{data}/composite/sobjects"
    if part[0].values is None:
        return "DELETE", f"{path}?ids={','.join(action.row for action in part)}&allOrNone=false", None
    records = [
        {"attributes": {"type": roles.OBJECT}, **({"id": action.row} if action.row else {}), **(action.values or {})}
        for action in part
    ]
    return part[0].method, path, {"allOrNone": False, "records": records}


def _refusals(part: Sequence[Action], status: int, body: Any) -> list[tuple[Action, Fault]]:
    """Raises CallFailed where the part was refused for none of its rows."""
    if status >= 300 or not isinstance(body, list) or len(body) != len(part):
        failed = answered(status, body)
        if status != 400:
            raise failed
        entries: list[Mapping[str, Any]] = list(failed.entries) or [{"message": failed.error.detail}]
        return [(action, _fault(entries[0])) for action in part]
    refused = []
    for action, result in zip(part, body, strict=True):
        for entry in () if result["success"] else result["errors"]:
            if str(entry.get("statusCode")) not in (_THERE_ALREADY, _GONE_ALREADY) or action.method == "PATCH":
                refused.append((action, _fault(entry)))
    return refused


def _fault(entry: Mapping[str, Any]) -> Fault:
    """As Salesforce says it, of the one field that the engine knows the roles by."""
    fault = fault_of(entry)
    category = fault.category if fault.category in _CARDS else Category.ASSOCIATIONS
    return msgspec.structs.replace(fault, category=category, fields=(roles.FIELD,), existing_id=None)


def _temporary(faults: Sequence[Fault]) -> bool:
    return any(fault.category is Category.TEMPORARY for fault in faults)
