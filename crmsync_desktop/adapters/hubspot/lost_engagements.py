"""Creates of activities whose answer was lost: are they there?

An activity has nothing that is its own: several may have one title and one body, and a note has only a body. So those
created since are searched for, by their titles where all have one, and compared whole; each stands for one create at most.
HubSpot may tidy the HTML of a body when it stores it: bodies with the same visible text are taken for the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any, Final

from crmsync_desktop.adapters.hubspot.associations import is_association
from crmsync_desktop.adapters.hubspot.batches import MOST_VALUES, fits, search, search_body
from crmsync_desktop.adapters.hubspot.decoding import converter
from crmsync_desktop.adapters.hubspot.engagements import BODIES, TIMESTAMP, TITLES
from crmsync_desktop.adapters.hubspot.transport import Transport
from crmsync_desktop.domain.records import Value, Write
from crmsync_desktop.domain.schema import Kind, Schema
from crmsync_desktop.domain.values import close

CREATED: Final = "hs_createdate"
LONGEST_TITLE: Final = 200
Record = dict[str, Any]
Alike = Callable[[Write, Record], bool]


async def created_engagements(
    transport: Transport, creates: Sequence[Write], schema: Schema, since: float
) -> list[Record]:
    """Records that the creates may have become: made at `since` (seconds since the epoch) or later, by HubSpot's clock. One
    search per 200 records and about 100 titles."""
    found: dict[str, Record] = {}
    for titles in _titles(creates, schema):
        filters: list[dict[str, Any]] = [{"propertyName": CREATED, "operator": "GTE", "value": str(int(since * 1000))}]
        if titles:
            filters.append({"propertyName": TITLES[schema.object], "operator": "IN", "values": titles})
        last_id, last = "0", False
        while not last:
            body = _body(filters, _names(creates, schema), schema.object, last_id)
            page, last_id, last = await search(transport, schema.object, body, "recover")
            found.update((str(record["id"]), record) for record in page)
    return list(found.values())


def told_apart(
    creates: Sequence[Write], records: Sequence[Record], schema: Schema, may_be: Mapping[str, Callable[[Record], bool]]
) -> dict[str, Record]:
    """The record of each create by its key, where there is one: first those that are equal in all that was written, then
    those in which only what isn't text was edited since. `may_be` (by key) says whether a record is young enough."""
    left = {str(record["id"]): record for record in sorted(records, key=lambda each: int(each["id"]))}
    found: dict[str, Record] = {}
    for alike in (_alike(schema, _all_of), _alike(schema, _texts_of)):
        for write in creates:
            if write.key in found:
                continue
            mine = next((id for id, each in left.items() if may_be[write.key](each) and alike(write, each)), None)
            if mine is not None:
                found[write.key] = left.pop(mine)
    return found


def _titles(creates: Sequence[Write], schema: Schema) -> Iterable[list[str]]:
    """The titles to search for, as many as one search takes at once, in lower case as IN wants them (search guide); nothing
    to search for where one has no title, or too long a one."""
    name = TITLES[schema.object]
    titles = list(dict.fromkeys((each.values.get(name) or "").lower() for each in creates)) if name else [""]
    if not all(0 < len(title) <= LONGEST_TITLE for title in titles):
        return [[]]
    size = MOST_VALUES
    among = {"propertyName": name, "operator": "IN"}
    while size > 1 and not all(
        fits(search_body([{**among, "values": part}], _names(creates, schema), "9" * 16))
        for part in _parts(titles, size)
    ):
        size //= 2
    return _parts(titles, size)


def _parts(titles: list[str], size: int) -> list[list[str]]:
    return [titles[start : start + size] for start in range(0, len(titles), size)]


def _names(creates: Sequence[Write], schema: Schema) -> list[str]:
    names = dict.fromkeys(name for each in creates for name in each.values)
    return [name for name in names if name in schema.fields and not is_association(name)]


def _body(filters: list[dict[str, Any]], names: list[str], object_name: str, last_id: str) -> dict[str, Any]:
    body = search_body(filters, names, last_id)
    if not fits(body):
        telling = (TITLES[object_name], BODIES[object_name], TIMESTAMP)
        body["properties"] = [name for name in telling if name in names]
    return body


def _alike(schema: Schema, values_of: Callable[[Write, Schema], dict[str, Value]]) -> Alike:
    def alike(write: Write, record: Record) -> bool:
        wanted, held = values_of(write, schema), record["properties"]
        return bool(wanted) and all(
            _same(schema.fields[name].kind, value, held.get(name)) for name, value in wanted.items() if name in held
        )

    return alike


def _all_of(write: Write, schema: Schema) -> dict[str, Value]:
    return {name: write.values[name] for name in _names([write], schema)}


def _texts_of(write: Write, schema: Schema) -> dict[str, Value]:
    """Nothing where no text was written: a time or an owner alone tells nobody apart."""
    texts = {name: value for name, value in _all_of(write, schema).items() if schema.fields[name].kind in _TEXTS}
    return texts if any(texts.values()) else {}


_TEXTS: Final = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.HTML})


def _same(kind: Kind, sent: Value, raw: Any) -> bool:
    stored = converter(kind)(raw)
    if close(kind, sent, stored):
        return True
    return kind is Kind.HTML and sent is not None and stored is not None and _visible(sent) == _visible(stored)


def _visible(html: str) -> str:
    """The text that a person sees, with single blanks, so that only words count."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    return " ".join(" ".join(reader.words).split())


class _Words(HTMLParser):
    """Gathers what stands between tags, but for scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in ("script", "style")))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
