"""Requests that nobody sensible sends: a valid one of every route of the portal, and ways to spoil it.

Everything comes from the `random.Random` that is handed in, so a failure is made again from its seed.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from crmsync_desktop.practice.hubspot import (
    account,
    association_labels_api,
    associations_api,
    forms_api,
    limits_api,
    lists_api,
    objects_api,
    owners_api,
    pipelines_api,
    properties_api,
    record_associations_api,
    schemas_api,
)
from crmsync_desktop.practice.hubspot.paths import AREAS
from crmsync_desktop.practice.hubspot.routing import Entry
from tests.practice.hubspot.valid_requests import OAUTH, Known, body_of, path_values, query_value

MODULES = (
    objects_api, associations_api, association_labels_api, record_associations_api, properties_api, pipelines_api,
    owners_api, lists_api, forms_api, schemas_api, limits_api, account,
)  # fmt: skip
ROUTES: list[tuple[Entry, str]] = [
    (entry, prefix) for module in MODULES for entry in module.ENTRIES for prefix in AREAS[entry.area]
]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2**53, 2**63 - 1, 2**64 - 1, 1e308, 0.1, "", " ", "0", "-1", "nan", "inf", "1e999", "9" * 400,
    "x" * 70_000, "\x00", "a\x00b", "\u200b", "ÆØÅ", "\U0001f600", "' OR 1=1 --", "%", "*", "?", "[", '"', "\\", "$", "a.b",
    "{{x}}", "../..", "2026-02-30", "2026-02-28T25:00:00Z", "99999999999999999999", "-99999999999999", "١٢٣", "1_000", "²",
    [], {}, [[]], [{}], {"": ""}, [None], {"a": None}, [1, "2", None], {"id": {"id": {}}}, "hs_object_id", "contacts", "0-1",
)  # fmt: skip
ODD_SEGMENTS = ("", "%20", "0", "-1", "x", "9" * 30, "18446744073709551615", "%00", "%ff%fe", "%2e%2e", "..", ".", "%2f", "a%0ab",
                "%F0%9F%98%80", "١٢", "null", "undefined", "0-1", "0-99", "2-1", "*", "'", "search", "batch", "x" * 3_000)  # fmt: skip
RAW_BODIES = (
    b"", b"{", b"[]", b"null", b"0", b'"x"', b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"a":1,}', b'{"inputs":"\\ud800"}', b"{}{}",
    b'{"properties":{"firstname":"\\udfff"}}', b"[" * 5_000, b'{"a":' * 2_000 + b"1" + b"}" * 2_000, b'{"inputs":NaN}',
    b'{"inputs":[1e400]}', b"{'a':1}", b'{"properties":{"firstname":"a","firstname":1}}', b"properties=1", b"\x00", b"1" * 5_000,
    b'{"inputs":[' + b"{}," * 3_000 + b"{}]}", b'{"properties":{"firstname":"' + b"x" * 100_000 + b'"}}',
)  # fmt: skip
TYPES = ("text/plain", "application/xml", FORM, "multipart/form-data; boundary=x", "", "application/json; charset=utf-8",
         "application/vnd.api+json", "APPLICATION/JSON", "application/json;;", "\xff")  # fmt: skip
KEEPING_BODY = {"unknown key", "unknown parameter", "odd parameter", "header"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@dataclass(frozen=True, slots=True)
class Strange:
    """One request. `unknown`: it holds something that the API doesn't know, so it mustn't be answered as if it didn't."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    content_type: str = JSON
    unknown: bool = False
    how: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def target(self) -> str:
        path = quote(self.path, safe="/%:@!$&'()*+,;=~-._")
        return path + (f"?{urlencode(self.query, errors='surrogatepass')}" if self.query else "")


@dataclass(slots=True)
class _Draft:
    """A request while it is being spoilt."""

    entry: Entry | None
    method: str
    segments: list[str]
    query: list[tuple[str, str]]
    body: Any
    content_type: str = JSON
    raw: bytes | None = None
    unknown: bool = False
    how: list[str] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)

    def done(self) -> Strange:
        if self.raw is not None:
            raw = self.raw
        elif self.body is None:
            raw = b""
        elif self.content_type == FORM and isinstance(self.body, dict):
            raw = urlencode({name: str(value) for name, value in self.body.items()}, errors="replace").encode()
        else:
            raw = json.dumps(self.body).encode()
        return Strange(self.method, "/" + "/".join(self.segments), tuple(self.query), raw, self.content_type, self.unknown,
                       tuple(self.how), tuple(self.headers))  # fmt: skip


def valid(random: Random, known: Known, entry: Entry, prefix: str) -> Strange:
    """A request of this route that the portal has no reason to refuse, as far as what it names is still there."""
    return _draft(random, known, entry, prefix).done()


def strange(random: Random, known: Known) -> Strange:
    """A valid request of any route, spoilt once or twice."""
    draft = _oauth(random) if random.random() < 0.06 else _draft(random, known, *random.choice(ROUTES))
    for _ in range(1 if random.random() < 0.75 else 2):
        random.choice(SPOILERS)(random, draft)
    if "unknown key" in draft.how and (draft.how[-1] != "unknown key" or not KEEPING_BODY.issuperset(draft.how)):
        draft.unknown = "unknown parameter" in draft.how  # whoever spoils the rest may have taken the key away again
    return draft.done()


def _draft(random: Random, known: Known, entry: Entry, prefix: str) -> _Draft:
    values = path_values(random, known, entry)
    template = entry.template
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=""))
    query = [(name, query_value(random, name)) for name in entry.query.split() if random.random() < 0.3]
    if "listName" in entry.query:
        query = [pair for pair in query if pair[0] != "listName"] + [("listName", f"list {random.randrange(10**9)}")]
    body = copy.deepcopy(body_of(random, known, entry, values))
    return _Draft(entry, entry.method, (prefix + template).lstrip("/").split("/"), query, body)


def _oauth(random: Random) -> _Draft:
    path, body = random.choice(OAUTH)
    if path.endswith("authorize") and random.random() < 0.5:
        return _Draft(None, "GET", path.split("/"), list(body.items()), None)
    return _Draft(None, "POST", path.split("/"), [], dict(body), FORM)


# Ways to spoil one -----------------------------------------------------------------------------------------------


def _method(random: Random, draft: _Draft) -> None:
    draft.method = random.choice(METHODS)
    draft.how.append("method")


def _segment(random: Random, draft: _Draft) -> None:
    place = random.randrange(len(draft.segments))
    draft.segments[place] = random.choice(ODD_SEGMENTS)
    draft.how.append("segment")


def _more_path(random: Random, draft: _Draft) -> None:
    draft.segments.insert(random.randrange(len(draft.segments) + 1), random.choice(ODD_SEGMENTS))
    draft.how.append("one segment more")


def _less_path(random: Random, draft: _Draft) -> None:
    if len(draft.segments) > 1:
        del draft.segments[random.randrange(len(draft.segments))]
    draft.how.append("one segment less")


def _unknown_parameter(random: Random, draft: _Draft) -> None:
    if draft.entry is None and draft.segments[-1] == "authorize":
        return
    draft.query.append((random.choice(("nosuch", "Limit", "hapikey", "", "properties[]")), "1"))
    draft.unknown = True
    draft.how.append("unknown parameter")


def _odd_parameter(random: Random, draft: _Draft) -> None:
    names = [name for name, _ in draft.query] or (draft.entry.query.split() if draft.entry else [])
    if names:
        value = random.choice(ODD_VALUES)
        draft.query.append((random.choice(names), value if isinstance(value, str) else json.dumps(value)))
        draft.how.append("odd parameter")


def _content_type(random: Random, draft: _Draft) -> None:
    draft.content_type = random.choice(TYPES)
    draft.how.append("content type")


def _raw(random: Random, draft: _Draft) -> None:
    draft.raw = random.choice(RAW_BODIES)
    draft.how.append("raw body")


def _cut(random: Random, draft: _Draft) -> None:
    whole = draft.done().body
    draft.raw = whole[: random.randrange(len(whole) + 1)]
    draft.how.append("cut body")


def _header(random: Random, draft: _Draft) -> None:
    draft.headers.append(random.choice((
        ("Content-Encoding", "gzip"), ("Accept", "application/xml"), ("Accept-Encoding", "br"), ("Expect", "x"),
        ("X-HTTP-Method-Override", "DELETE"), ("Range", "bytes=0-1"), ("If-Match", "*"), ("Accept-Language", "\xff"),
    )))  # fmt: skip
    draft.how.append("header")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of everything inside, at every depth."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)


def _odd_value(random: Random, draft: _Draft) -> None:
    odd = copy.deepcopy(random.choice(ODD_VALUES))
    places = list(_places(draft.body))
    if places and random.random() < 0.9:
        container, key = random.choice(places)
        container[key] = odd
    elif draft.body is not None:
        draft.body = odd
    draft.how.append("odd value")


def _unknown_key(random: Random, draft: _Draft) -> None:
    """A key that no object of the API has, in one of those of the body (the metadata of a stage may hold any)."""
    holders = [draft.body, *(container[key] for container, key in _places(draft.body) if key != "metadata")]
    objects = [each for each in holders if isinstance(each, dict)]
    if objects and draft.entry is not None:
        random.choice(objects)[random.choice(("nosuch_key", "Id", "", "\x00", "properties.x"))] = random.choice(
            ("x", 1, None, {})
        )
        draft.unknown = True
        draft.how.append("unknown key")


def _missing_key(random: Random, draft: _Draft) -> None:
    if places := list(_places(draft.body)):
        container, key = random.choice(places)
        del container[key]
        draft.how.append("missing key")


def _repeated(random: Random, draft: _Draft) -> None:
    lists = [each for each in (draft.body, *(c[k] for c, k in _places(draft.body))) if isinstance(each, list) and each]
    if lists:
        chosen = random.choice(lists)
        chosen.extend(copy.deepcopy(chosen[0]) for _ in range(random.choice((1, 1, 2, 99, 1_200))))
        draft.how.append("repeated")


def _deeper(random: Random, draft: _Draft) -> None:
    """Something wrapped into itself, many times."""
    if places := list(_places(draft.body)):
        container, key = random.choice(places)
        inner, in_list = container[key], random.random() < 0.5 or not isinstance(key, str)
        for _ in range(random.choice((1, 2, 6, 300))):
            inner = [inner] if in_list else {key: inner}
        container[key] = inner
        draft.how.append("deeper")


SPOILERS: tuple[Callable[[Random, _Draft], None], ...] = (
    _method, _segment, _more_path, _less_path, _unknown_parameter, _odd_parameter, _content_type, _raw, _cut, _header,
    _missing_key, _repeated, _deeper, _unknown_key, _unknown_key, *(_odd_value,) * 6,
)  # fmt: skip
