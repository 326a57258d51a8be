"""Conditional requests on sObject rows: 304 where nothing is newer, 412 where somebody was faster.

Facts: "Conditional Requests" of the REST guide: the dates hold for every object, ETags for Account alone, and none of
them for DELETE.
"""

from __future__ import annotations

import hashlib

from .asks import Ask
from .errors import ApiError
from .schema import SObject
from .stamps import seconds
from .store import Row

TAGGED = ("Account",)


def etag(sobject: SObject, row: Row) -> str:
    """A tag that changes with the record's values, stamps included: two saves within a second differ by it, not by date.

    Unverified: the ETag of an account follows all its stored values, whichever fields a GET asks for.
    """
    digest = hashlib.sha256(repr(tuple(row.values())).encode("utf-8", "surrogatepass")).hexdigest()
    return f'"{digest[:20].upper()}"'


def unchanged(ask: Ask, sobject: SObject, row: Row) -> bool:
    """Whether a GET is to be answered 304. Raises ApiError 412 where a condition of a GET does not hold.

    Unverified: If-Match and If-None-Match are ignored on other objects than Account.
    """
    check_unmodified(ask, sobject, row)
    tags = _tags(ask, sobject, "if-none-match")
    if tags is not None:
        return "*" in tags or etag(sobject, row) in tags
    modified = ask.moment("if-modified-since")
    return modified is not None and seconds(row["LastModifiedDate"]) <= modified


def check_unmodified(ask: Ask, sobject: SObject, row: Row) -> None:
    """Raises ApiError 412 where the record is not as the request wants it, 400 for an invalid date in a write.

    Unverified: a 412 carries an error body with the code PRECONDITION_FAILED.
    """
    tags = _tags(ask, sobject, "if-match")
    if tags is not None and "*" not in tags and etag(sobject, row) not in tags:
        raise ApiError(412, "PRECONDITION_FAILED", "The If-Match condition was not met: the record has been modified")
    unmodified = ask.moment("if-unmodified-since")
    if unmodified is not None and seconds(row["LastModifiedDate"]) > unmodified:
        message = "The If-Unmodified-Since condition was not met: the record has been modified"
        raise ApiError(412, "PRECONDITION_FAILED", message)


def _tags(ask: Ask, sobject: SObject, header: str) -> list[str] | None:
    if sobject.name not in TAGGED or header not in ask.headers:
        return None
    return [tag.strip().removeprefix("W/").replace("--gzip", "") for tag in ask.headers[header].split(",")]
