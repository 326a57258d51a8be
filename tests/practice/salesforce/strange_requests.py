"""Requests that nobody should send: valid ones of every route, each with something done to it. The same seed, the same requests."""

from __future__ import annotations

import copy
import gzip
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from .odd_values import HEADERS, ODD, WORDS
from .ordinary_requests import QUERIES, Known, Strange, valid

NOWHERE = "Nowhere__c"


def strange(known: Known, dice: random.Random) -> Iterator[Strange]:
    """Without an end: valid requests with one to three things done to them."""
    base = valid(known)
    while True:
        case = dice.choice(base)
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            ways = [way for way, fits in WAYS if fits(case)]
            case = dice.choice(ways)(case, dice)
        yield case


def _told(case: Strange, what: str, *, refuse: bool = False, **changes: Any) -> Strange:
    """What is done to it next may take back what had to be refused, so that only the last counts."""
    return replace(case, what=f"{case.what}; {what}", refuse=refuse, **changes)


def another_method(case: Strange, dice: random.Random) -> Strange:
    return _told(
        case,
        "method",
        method=dice.choice(["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "FOO", "get"]),
    )


def another_path(case: Strange, dice: random.Random) -> Strange:
    parts = case.path.split("/")
    at = dice.randrange(1, len(parts))
    odd = dice.choice(
        [
            "",
            ".",
            "..",
            "%00",
            "%ff",
            "%2F",
            "é",
            "Nope",
            "x" * 300,
            "-1",
            "MQ",
            "OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
            "%ED%A0%80",
            "Id",
            "Account",
        ]
    )
    match dice.randrange(4):
        case 0:
            parts[at] = odd
        case 1:
            parts.insert(at, odd)
        case 2:
            del parts[at]
        case _:
            parts[at] = parts[at].swapcase()
    return _told(case, "path", path=quote("/".join(parts) or "/", safe="/%") if "é" in odd else "/".join(parts) or "/")


def nowhere(case: Strange, dice: random.Random) -> Strange:
    return _told(
        case, "unknown path", refuse=True, path=f"{case.path.rstrip('/')}/{NOWHERE}/{NOWHERE}/{NOWHERE}/{NOWHERE}"
    )


def unknown_parameter(case: Strange, dice: random.Random) -> Strange:
    return _told(case, "unknown parameter", refuse=case.kind != "form", params=(*case.params, (NOWHERE, "1")))


def another_parameter(case: Strange, dice: random.Random) -> Strange:
    params = list(case.params)
    at = dice.randrange(len(params))
    value = dice.choice(
        [
            *(odd for odd in ODD if isinstance(odd, str) and "\ud800" not in odd),
            "-1",
            "99999999999999999999",
            "x" * 17_000,
            "1,2",
            "+",
        ]
    )
    params[at] = (params[at][0], value)
    return _told(case, "parameter", params=tuple(params))


def twice(case: Strange, dice: random.Random) -> Strange:
    return _told(case, "parameter twice", params=(*case.params, dice.choice(case.params)))


def odd_header(case: Strange, dice: random.Random) -> Strange:
    name, value = dice.choice(HEADERS)
    kept = tuple(pair for pair in case.headers if pair[0].lower() != name.lower())
    return _told(case, f"{name}: {value}", headers=(*kept, (name, value)))


def _places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        found.append((value, key))
        _places(inner, found)
    return found


def odd_value(case: Strange, dice: random.Random) -> Strange:
    body = copy.deepcopy(case.json)
    places = _places(body, [])
    if not places or dice.random() < 0.05:
        return _told(case, "body", json=dice.choice(ODD))
    container, key = dice.choice(places)
    match dice.randrange(4):
        case 0 if isinstance(container, dict):
            del container[key]
        case 1 if isinstance(container, dict):
            container[
                dice.choice(
                    [
                        "Name",
                        "Id",
                        "IsDeleted",
                        "OwnerId",
                        "MailingAddress",
                        "SystemModstamp",
                        "BillingLatitude",
                        "attributes",
                        "\x00",
                        "records",
                    ]
                )
            ] = dice.choice(ODD)
        case 2 if isinstance(container, list):
            container.extend([copy.deepcopy(container[key])] * dice.choice([1, 1, 5, 30, 250]))
        case _:
            container[key] = copy.deepcopy(dice.choice(ODD))
    return _told(case, f"odd value of {key}", json=body)


def unknown_key(case: Strange, dice: random.Random) -> Strange:
    body = copy.deepcopy(case.json)
    places = [container for container, _ in _places(body, []) if isinstance(container, dict)]
    if not places:
        return odd_value(case, dice)
    # Anything goes among httpHeaders and attributes; whatever else a body holds is known to the org or refused.
    chosen = dice.choice(
        [place for place in places if "If-Modified-Since" not in place and "type" not in place] or places
    )
    chosen[NOWHERE] = "x"
    return _told(
        case,
        "unknown key",
        json=body,
        refuse=case.method in ("POST", "PATCH", "PUT") and "If-Modified-Since" not in chosen and "type" not in chosen,
    )


def deep(case: Strange, dice: random.Random) -> Strange:
    levels = dice.choice([50, 400, 900, 1500])
    inner = b'{"a":' * levels + b"1" + b"}" * levels if dice.random() < 0.5 else b"[" * levels + b"]" * levels
    content = case.content
    spots = [at for at in range(len(content)) if content[at : at + 1] == b":"]
    if not spots:
        return _told(case, "deep", body=inner)
    at = dice.choice(spots) + 1
    return _told(case, "deep", body=content[:at] + inner + b"," + b'"LastName":' + content[at:])


def broken_bytes(case: Strange, dice: random.Random) -> Strange:
    content = case.content
    at = dice.randrange(len(content)) if content else 0
    match dice.randrange(6):
        case 0:
            changed = content[:at]
        case 1:
            changed = content[:at] + bytes([dice.randrange(256)]) + content[at + 1 :]
        case 2:
            changed = (
                content[:at]
                + dice.choice(
                    [
                        b"\x00",
                        b"\xff\xfe",
                        b"\xed\xa0\x80",
                        b"\\ud800",
                        b'"',
                        b"\r",
                        b"\n",
                        b",",
                        b"\xef\xbb\xbf",
                        b"1e999",
                    ]
                )
                + content[at:]
            )
        case 3:
            changed = content * 2
        case 4:
            changed = gzip.compress(content, mtime=0)[: dice.choice([5, 15, 10_000])]
        case _:
            changed = (
                content.replace(b'"', b"'")
                if dice.random() < 0.3
                else content[:at] + content[dice.randrange(len(content) or 1) :]
            )
    return _told(case, "bytes", body=changed)


def long_text(case: Strange, dice: random.Random) -> Strange:
    if dice.random() > 0.02:
        return odd_value(case, dice)
    container_body = copy.deepcopy(case.json)
    places = _places(container_body, [])
    if not places:
        return odd_value(case, dice)
    container, key = dice.choice(places)
    container[key] = "x" * 10_000_000
    return _told(case, f"10 MB in {key}", json=container_body)


def odd_soql(case: Strange, dice: random.Random) -> Strange:
    soql = case.params[0][1] if case.params else ""
    words = soql.split(" ")
    for _ in range(dice.choice((1, 1, 2, 4))):
        at = dice.randrange(len(words))
        match dice.randrange(6):
            case 0:
                words[at] = dice.choice(WORDS)
            case 1:
                words.insert(at, dice.choice(WORDS))
            case 2 if len(words) > 1:
                del words[at]
            case 3:
                other = dice.randrange(len(words))
                words[at], words[other] = words[other], words[at]
            case 4:
                words[at:at] = dice.choice(QUERIES).split(" ")[: dice.randrange(1, 12)]
            case _:
                words[at] = words[at][: dice.randrange(len(words[at]) + 1)]
    changed = " ".join(words)
    if dice.random() < 0.03:
        depth = dice.choice([30, 300, 3000])
        changed = f"SELECT Id FROM Contact WHERE {dice.choice(['(', 'NOT ', '(NOT ']) * depth}Name = 'x'{')' * depth}"
    if dice.random() < 0.02:
        changed = f"SELECT Id FROM Contact WHERE Name IN ({','.join(['1' if dice.random() < 0.01 else chr(39) + 'x' + chr(39)] * 3000)})"
    return _told(case, "SOQL", params=(("q", changed.encode("utf-8", "replace").decode()), *case.params[1:]))


def unknown_name(case: Strange, dice: random.Random) -> Strange:
    """A field that no object has, where a field is selected, compared or ordered by."""
    soql = case.params[0][1] if case.params else ""
    for old in dice.sample(["Id", "Name", "Email", "Subject", "AnnualRevenue", "StageName"], 6):
        if f"SELECT {old}" in soql and "TYPEOF" not in soql:
            changed = soql.replace(f"SELECT {old}", f"SELECT {NOWHERE}", 1)
            return _told(case, "unknown field", params=(("q", changed), *case.params[1:]), refuse=True)
    return odd_soql(case, dice)


Way = Callable[[Strange, random.Random], Strange]


def _any(case: Strange) -> bool:
    return True


def _has_json(case: Strange) -> bool:
    return case.json is not None and case.body is None


WAYS: list[tuple[Way, Callable[[Strange], bool]]] = [
    (another_method, _any), (another_path, _any), (nowhere, _any), (unknown_parameter, _any), (odd_header, _any),
    (another_parameter, lambda case: bool(case.params)), (twice, lambda case: bool(case.params)),
    *[(odd_value, _has_json)] * 5, (unknown_key, _has_json), (unknown_key, _has_json), (deep, _has_json), (long_text, _has_json),
    (broken_bytes, lambda case: case.json is not None or case.body is not None), (broken_bytes, lambda case: case.body is not None),
    *[(odd_soql, lambda case: case.kind == "soql")] * 6, (unknown_name, lambda case: case.kind == "soql"),
]  # fmt: skip
