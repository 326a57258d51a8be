"""The schemas known in this session, described when first needed and again when Salesforce says that one is out of date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from crmsync_desktop.adapters.salesforce import roles, soql
from crmsync_desktop.adapters.salesforce.calls import PARTS, Calls, stamp
from crmsync_desktop.adapters.salesforce.describe import schema_of
from crmsync_desktop.adapters.salesforce.errors import CallFailed, answered, nonsense
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.schema import Schema

STALE = frozenset({"INVALID_FIELD", "INVALID_TYPE"})
"""What a query says when the schema it was made from no longer holds."""

_HIDDEN = frozenset({400, 403, 404})
"""Statuses of a describe of an object that isn't there for this user."""


class Catalog:
    def __init__(self, calls: Calls, known: Iterable[Schema] = ()) -> None:
        self._calls = calls
        self._known: dict[str, Schema] = {}
        self.use(known)

    def use(self, schemas: Iterable[Schema]) -> None:
        """Take schemas that were described before (kept by the caller), so that they cost no call now."""
        self._known.update((schema.object, schema) for schema in schemas)

    def forget(self, objects: Iterable[str]) -> None:
        """Describe these anew when they are next needed."""
        for name in objects:
            self._known.pop(name, None)

    async def get(self, objects: Iterable[str]) -> dict[str, Schema]:
        """Schemas by object, described where unknown. Raises as `describe`."""
        wanted = list(dict.fromkeys(objects))
        missing = [name for name in wanted if name not in self._known]
        if missing:
            await self.describe(missing)
        return {name: self._known[name] for name in wanted}

    async def describe(self, objects: Sequence[str]) -> dict[str, Schema]:
        """Describe anew: one call for up to 25 objects (composite takes every sObject resource, which describe is; REST
        guide, Composite). With Opportunity comes what its contact roles are, where this user may see them. Raises
        CallFailed, and SetupError where this user can't see an object."""
        wanted = list(dict.fromkeys(objects))
        described: dict[str, Any] = {}
        asked = [*wanted, *([roles.OBJECT] if roles.PARENT in wanted and roles.OBJECT not in wanted else [])]
        for start in range(0, len(asked), PARTS):
            chunk = asked[start : start + PARTS]
            paths = [f"{self._calls.transport.data}/sobjects/{soql.name(name)}/describe" for name in chunk]
            if len(chunk) == 1:
                parts = [await self._one(paths[0])]
            else:
                parts, _ = await self._calls.composite(paths, purpose="schema")
            for name, (status, body) in zip(chunk, parts, strict=True):
                if status == 200:
                    described[name] = body
                elif name in wanted or status not in _HIDDEN:
                    raise _unseen(name, answered(status, body))
        for name in wanted:
            try:
                related = described.get(roles.OBJECT) if name == roles.PARENT else None
                self._known[name] = schema_of(described[name], stamp(self._calls.now()), related)
            except (KeyError, TypeError, AttributeError):
                raise nonsense(f"The describe of {name} doesn't have its fields.") from None
        return {name: self._known[name] for name in wanted}

    async def _one(self, path: str) -> tuple[int, Any]:
        try:
            answer = await self._calls.send("GET", path, purpose="schema")
        except CallFailed as failed:
            if failed.status != 404:
                raise
            return failed.status, list(failed.entries)
        return answer.status, answer.body


def _unseen(name: str, failed: CallFailed) -> Exception:
    if failed.status in _HIDDEN:
        return SetupError(
            f"The connected Salesforce user can't see the object {name}.",
            failed.error.detail,
            f"Give that user read access to {name}, or leave it out.",
        )
    return failed
