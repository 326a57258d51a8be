"""The parts of a composite: what one may hold, and how later ones refer to the answers of earlier ones.

Facts: the REST guide's chapters on composite, composite graph and composite batch; answers as recorded from real orgs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote

from .asks import Answer, Ask
from .errors import ApiError, json_error, not_found
from .routing import only_keys

Handle = Callable[[Ask], Answer]
Part = dict[str, Any]

METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
_KEYS = frozenset({"body", "httpHeaders", "method", "referenceId", "url"})
_INHERITED = ("accept", "authorization", "content-type")
_REFERENCE = re.compile(r"@\{([^}]+)\}")
_STEP = re.compile(r"\.([A-Za-z]\w*)|\[(\d+)\]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")
ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."


class _RolledBackError(Exception):
    """Undoes a series of parts of which one failed."""


class _NoValueError(Exception):
    """A reference to an earlier answer that isn't there."""


def listed(body: dict[str, Any], name: str, most: int | None = None) -> list[Part]:
    """The list of parts under `name`. Raises ApiError 400.

    Unverified: more subrequests than allowed are refused with 400 LIMIT_EXCEEDED.
    """
    found = body.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(entry, dict) for entry in found):
        raise json_error(f"{name} is a required list of requests at [line:1, column:1]")
    if most is not None and len(found) > most:
        raise ApiError(400, "LIMIT_EXCEEDED", f"The number of subrequests is {len(found)}, and the limit is {most}")
    return found


def named(parts: list[Part]) -> dict[str, Part]:
    """Parts by their reference id. Raises ApiError 400 for one that can't be a part, or for a name used twice.

    Unverified: a part with a wrong method, reference id or header refuses the whole composite with 400 INVALID_INPUT.
    """
    found: dict[str, Part] = {}
    for part in parts:
        only_keys(part, _KEYS, "composite subrequest")
        name = part.get("referenceId")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            # The words as an integration's log shows them.
            message = (
                f"Provided referenceId ('{name}') must start with a letter or a number, and it can contain only letters, "
                "numbers and underscores ('_')."
            )
            raise ApiError(400, "INVALID_INPUT", message)
        if name in found:
            raise ApiError(400, "INVALID_INPUT", f"Provided referenceId ('{name}') is used twice")
        if part.get("method") not in METHODS:
            raise ApiError(400, "INVALID_INPUT", f"Provided method is missing or invalid: {part.get('method')}")
        if not isinstance(part.get("url"), str):
            raise ApiError(400, "INVALID_INPUT", f"Provided url is missing or invalid: {part.get('url')}")
        headers = part.get("httpHeaders")
        if headers is not None and not _is_text(headers):
            raise json_error("httpHeaders must be an object of names and texts at [line:1, column:1]")
        for header in headers or {}:
            if header.lower() in _INHERITED:
                raise ApiError(400, "INVALID_INPUT", f"The header {header} can not be set on a subrequest")
        found[name] = part
    return found


def _is_text(headers: Any) -> bool:
    """Whether it is a Map<String, String>, as the guide says of a part's headers."""
    return isinstance(headers, dict) and all(isinstance(value, str) for value in headers.values())


def run_all(ask: Ask, parts: dict[str, Part], handle: Handle, *, all_or_none: bool) -> tuple[dict[str, Answer], bool]:
    """The answers in the order of the parts, and whether everything held.

    With `all_or_none` a failed part undoes the others, which then all say PROCESSING_HALTED; it holds within collections
    too, whatever they say themselves ("allOrNone Parameters in Composite and Collections Requests" of the REST guide).

    Unverified: the collection that undoes a composite keeps its status 200 and its results, with the good records rolled back.
    """
    answers: dict[str, Answer] = {}
    try:
        with ask.org.store.atomic():
            for name, part in parts.items():
                answers[name] = _one(ask, part, answers, handle, all_or_none)
                if all_or_none and _failed(answers[name]):
                    raise _RolledBackError
    except _RolledBackError:
        failed = next(name for name, answer in answers.items() if _failed(answer))
        return {name: answers[name] if name == failed else halted(ROLLED_BACK) for name in parts}, False
    return answers, not any(answer.failed for answer in answers.values())


def halted(message: str) -> Answer:
    return Answer(400, ApiError(400, "PROCESSING_HALTED", message).body())


def shown(answers: dict[str, Answer]) -> list[dict[str, Any]]:
    """The entries of `compositeResponse`, as recorded."""
    return [
        {"body": answer.body, "httpHeaders": answer.headers, "httpStatusCode": answer.status, "referenceId": name}
        for name, answer in answers.items()
    ]


def inner(ask: Ask, method: str, url: str, body: Any, headers: dict[str, Any], versions: tuple[str, ...]) -> Ask | None:
    """The subrequest, or None for an address outside those versions of the API."""
    path, _, query = url.partition("?")
    segments = [unquote(part) for part in path.strip("/").split("/")]
    if segments[:2] != ["services", "data"] or segments[2:3] == [] or segments[2] not in versions:
        return None
    pairs = parse_qsl(query, keep_blank_values=True)
    params = dict(pairs)
    return Ask(
        org=ask.org,
        user_id=ask.user_id,
        version=segments[2],
        method=method,
        path=segments[3:],
        params=params,
        headers={str(name).lower(): str(value) for name, value in headers.items()},
        body=b"" if body is None else body,
        inside=True,
        repeated=tuple(name for name, _ in pairs) if len(params) < len(pairs) else (),
    )


def references(part: Part) -> Iterator[str]:
    """The reference ids that a part refers to in its address and its body."""
    waiting: list[Any] = [part.get("url"), part.get("body")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            for match in _REFERENCE.finditer(value):
                yield re.split(r"[.\[]", match[1], maxsplit=1)[0]


def _failed(answer: Answer) -> bool:
    """Whether a part was refused, or a record of a collection was."""
    results = answer.body if isinstance(answer.body, list) else []
    return answer.failed or any(isinstance(entry, dict) and entry.get("success") is False for entry in results)


def _one(ask: Ask, part: Part, answers: dict[str, Answer], handle: Handle, all_or_none: bool) -> Answer:
    try:
        url = str(_filled(part["url"], answers))
        body = _filled(part.get("body"), answers)
    except _NoValueError as error:
        return halted(f"Invalid reference specified. No value for {error} found")
    found = inner(ask, part["method"], url, body, part.get("httpHeaders") or {}, (ask.version,))
    if found is None:
        return Answer(404, not_found().body())
    found.all_or_none = all_or_none
    return handle(found)


def _filled(value: Any, answers: dict[str, Answer]) -> Any:
    """`value` with every `@{reference.field}` replaced; alone in a string it keeps the referred value's type."""
    if isinstance(value, dict):
        return {name: _filled(entry, answers) for name, entry in value.items()}
    if isinstance(value, list):
        return [_filled(entry, answers) for entry in value]
    if not isinstance(value, str) or "@{" not in value:
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return _referred(whole[1], answers)
    return _REFERENCE.sub(lambda match: str(_referred(match[1], answers)), value)


def _referred(text: str, answers: dict[str, Answer]) -> Any:
    name = re.split(r"[.\[]", text, maxsplit=1)[0]
    answer = answers.get(name)
    if answer is None or answer.failed:
        raise _NoValueError(text)
    found = answer.body
    rest = text[len(name) :]
    while rest:
        step = _STEP.match(rest)
        if step is None:
            raise _NoValueError(text)
        try:
            found = found[step[1]] if step[1] else found[int(step[2])]
        except (KeyError, IndexError, TypeError):
            raise _NoValueError(text) from None
        rest = rest[step.end() :]
    return found
