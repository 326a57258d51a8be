"""One read of chosen records by a filter: what is asked for, and how its rows are read."""

from __future__ import annotations

from crmsync_desktop.adapters.salesforce import soql, variants
from crmsync_desktop.adapters.salesforce.conditions import bounded, condition_of
from crmsync_desktop.adapters.salesforce.decode import Decoder
from crmsync_desktop.adapters.salesforce.positions import Position
from crmsync_desktop.domain.filter_checks import checked
from crmsync_desktop.domain.filters import Filter
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.ports.crm import Want

PURPOSE = "import"


class Chosen:
    def __init__(self, want: Want, schema: Schema, where: Filter | None, limit: int | None) -> None:
        """Raises SetupError for a filter that doesn't fit, and as `variants.condition`."""
        self.decoder = Decoder(want, schema)
        self.schema = schema
        self.limit = limit
        self._condition = condition_for(schema, where)

    def left(self, position: Position, most: int) -> int:
        """How many records of the next `most` are still wanted."""
        return most if self.limit is None else max(0, min(most, self.limit - position.given))

    def page_query(self, after: str, rows: int) -> str:
        """The page behind the record `after`: nothing stands open in Salesforce between two pages."""
        where = joined(self._condition, f"Id > {soql.text(after)}" if after else "")
        query = soql.select(self.decoder.selected, self.decoder.source, where, "Id", self.decoder.nested)
        return bounded(f"{query} LIMIT {rows}")

    def job_query(self) -> str:
        """An order or a limit keeps Salesforce from cutting a job into parts by id, on which the largest ones depend ("SOQL
        Considerations" of the Bulk API 2.0 guide); so it has them only where a limit has to bring the same records as
        pages do."""
        order = "Id" if self.limit is not None else ""
        query = soql.select(self.decoder.selected, self.decoder.source, self._condition, order)
        return bounded(query if self.limit is None else f"{query} LIMIT {self.limit}")


def condition_for(schema: Schema, where: Filter | None) -> str:
    """A filter, checked, and what records of the object have to meet besides."""
    own = condition_of(checked(where, schema), schema) if where is not None else ""
    return joined(own, variants.condition([schema]))


def joined(*conditions: str) -> str:
    return " AND ".join(condition for condition in conditions if condition)
