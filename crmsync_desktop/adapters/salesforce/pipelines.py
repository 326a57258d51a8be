"""Record types and the stages of their records, as pipelines.

The stages are those of all record types: which of them a record type leaves out is told by its layouts only.
Sources: Object Reference, OpportunityStage and CaseStatus; describe's recordTypeInfos (which describe.py gives as the options
of RecordTypeId, the user's default one first).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from crmsync_desktop.adapters.salesforce import soql
from crmsync_desktop.adapters.salesforce.calls import Calls
from crmsync_desktop.adapters.salesforce.catalog import Catalog
from crmsync_desktop.adapters.salesforce.errors import nonsense
from crmsync_desktop.adapters.salesforce.query import Row, all_rows
from crmsync_desktop.domain.pipelines import Pipeline, Stage

RECORD_TYPE: Final = "RecordTypeId"
_STAGES: Final = {
    "Opportunity": "SELECT ApiName, MasterLabel, IsClosed, IsActive, IsWon, DefaultProbability FROM OpportunityStage "
    "ORDER BY SortOrder, MasterLabel",
    "Case": "SELECT ApiName, MasterLabel, IsClosed FROM CaseStatus ORDER BY SortOrder, MasterLabel",
}


class Pipelines:
    """Raises CallFailed, and SetupError for an object that the user can't see."""

    def __init__(self, calls: Calls, catalog: Catalog, pair_of: Callable[[str], str]) -> None:
        self._calls, self._catalog, self._pair_of = calls, catalog, pair_of

    async def read(self, object: str) -> list[Pipeline]:
        """One call. Record types, and the pipeline without an id that records without one are in, which is inactive where
        there are record types. Empty for an object that has no stages."""
        if object not in _STAGES:
            return []
        schema = (await self._catalog.get([object]))[object]
        path = soql.query_path(self._calls.transport.data, _STAGES[object])
        (rows,) = await all_rows(self._calls, [path], purpose="schema", pair=self._pair_of(object))
        try:
            stages = tuple(map(_stage, rows))
        except (KeyError, TypeError, ValueError):
            raise nonsense(f"The stages of {object} aren't what they were asked for.") from None
        field = schema.fields.get(RECORD_TYPE)
        types = field.options if field is not None else ()
        found = [Pipeline(each.value, each.label, stages, place == 0, each.active) for place, each in enumerate(types)]
        typed = any(pipeline.active for pipeline in found)
        return [*found, Pipeline("", f"{schema.label} without a record type", stages, not typed, not typed)]


def _stage(row: Row) -> Stage:
    share = row.get("DefaultProbability")
    return Stage(
        id=str(row["ApiName"]),
        label=str(row["MasterLabel"] or row["ApiName"]),
        closed=bool(row["IsClosed"]),
        won=bool(row.get("IsWon")),
        probability=None if share is None else float(share) / 100,
        active=bool(row.get("IsActive", True)),
    )
