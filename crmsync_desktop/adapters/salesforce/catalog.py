"""The schemas known in this session, described when first needed and again when Salesforce says that one is out of date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from crmsync_desktop.adapters.salesforce import roles, soql, variants
from crmsync_desktop.adapters.salesforce.calls import PARTS, Calls, stamp
from crmsync_desktop.adapters.salesforce.describe import schema_of
from crmsync_desktop.adapters.salesforce.errors import CallFailed, answered, nonsense
from crmsync_desktop.adapters.salesforce.query import all_rows
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import plain_object
from crmsync_desktop.domain.schema import Schema

STALE = frozenset({"INVALID_FIELD", "INVALID_TYPE"})
"""What a query says when the schema it was made from no longer holds."""

_HIDDEN = frozenset({400, 403, 404})
"""Statuses of a describe of an object that isn't there for this user."""
_CLOSED = "SELECT ApiName, MasterLabel FROM TaskStatus WHERE IsClosed = true ORDER BY SortOrder, MasterLabel"


class Catalog:
    def __init__(self, calls: Calls, known: Iterable[Schema] = ()) -> None:
        self._calls = calls
        self._known: dict[str, Schema] = {}
        self.use(known)

    def use(self, schemas: Iterable[Schema]) -> None:
        """Take schemas that were described before (kept by the caller), so that they cost no call now."""
        self._known.update((schema.object, schema) for schema in schemas)

    def forget(self, objects: Iterable[str]) -> None:
        """Describe these anew when they are next needed, with all variants of them."""
        gone = {plain_object(name) for name in objects}
        for name in [each for each in self._known if plain_object(each) in gone]:
            del self._known[name]

    async def get(self, objects: Iterable[str]) -> dict[str, Schema]:
        """Schemas by object, described where unknown. Raises as `describe`."""
        wanted = list(dict.fromkeys(objects))
        missing = [name for name in wanted if name not in self._known]
        if missing:
            await self.describe(missing)
        return {name: self._known[name] for name in wanted}

    async def describe(self, objects: Sequence[str]) -> dict[str, Schema]:
        """Describe anew: one call for up to 25 objects (composite takes every sObject resource, which describe is; REST
        guide, Composite). With Opportunity comes what its contact roles are, where this user may see them; variants of one
        object share its describe. Raises CallFailed, and SetupError where this user can't see an object."""
        wanted = list(dict.fromkeys(objects))
        variants.check(wanted)
        plain = list(dict.fromkeys(map(plain_object, wanted)))
        described: dict[str, Any] = {}
        asked = [*plain, *([roles.OBJECT] if roles.PARENT in plain and roles.OBJECT not in plain else [])]
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
                elif name in plain or status not in _HIDDEN:
                    raise _unseen(name, answered(status, body))
        for name in plain:
            try:
                related = described.get(roles.OBJECT) if name == roles.PARENT else None
                schema = schema_of(described[name], stamp(self._calls.now()), related)
            except (KeyError, TypeError, AttributeError):
                raise nonsense(f"The describe of {name} doesn't have its fields.") from None
            if name != variants.TASK:
                self._known[name] = schema
                continue
            done = await self._done(schema)
            stale = [each for each in self._known if plain_object(each) == name]
            for variant in dict.fromkeys([*stale, *wanted]):
                if plain_object(variant) == name:
                    self._known[variant] = variants.as_variant(schema, variant, done)
        return {name: self._known[name] for name in wanted}

    async def _done(self, tasks: Schema) -> str | None:
        """The status of tasks that are done: Salesforce's own, or the first closed one of an org that has renamed it (one
        call). None where that can't be told, so that they get the org's default."""
        status = tasks.fields.get(variants.STATUS)
        if status is None:
            return None
        offered = [option.value for option in status.options if option.active]
        if variants.DONE in offered:
            return variants.DONE
        try:
            (rows,) = await all_rows(
                self._calls, [soql.query_path(self._calls.transport.data, _CLOSED)], purpose="schema"
            )
        except CallFailed as failed:
            if failed.status not in _HIDDEN:
                raise
            return None
        closed = [str(row.get("ApiName") or row.get("MasterLabel")) for row in rows]
        return next((value for value in closed if value in offered), None)

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
