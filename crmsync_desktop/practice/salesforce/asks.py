"""One REST request and its answer, apart from HTTP: the same for a request of its own and for a part of a composite."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from .errors import ApiError, json_error, not_found
from .org import SalesforceOrg
from .saves import Options
from .schema import SObject


@dataclass
class Ask:
    """`path` is what follows `/services/data/vNN.0/`; header names are in lower case; `body` is bytes or JSON already
    read (inside a composite); `repeated` are parameters that were given more than once; `all_or_none`: it
    is part of a composite that keeps all or nothing, whatever it says itself."""

    org: SalesforceOrg
    user_id: str
    version: str
    method: str
    path: list[str]
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = b""
    inside: bool = False
    repeated: tuple[str, ...] = ()
    all_or_none: bool = False
    names: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"/services/data/{self.version}"

    def json(self) -> Any:
        """The body as JSON. Raises ApiError 400 JSON_PARSER_ERROR."""
        if not isinstance(self.body, bytes):
            return self.body
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise json_error(f"{error.msg} at [line:{error.lineno}, column:{error.colno}]") from error

    def json_object(self) -> dict[str, Any]:
        found = self.json()
        if not isinstance(found, dict):
            raise json_error("Cannot deserialize instance of object from the given JSON at [line:1, column:1]")
        return found

    def sobject(self) -> SObject:
        """The object named in the path. Raises ApiError 404."""
        wanted = self.names["sobject"].lower()
        for name, sobject in self.org.schema.items():
            if name.lower() == wanted:
                return sobject
        raise not_found()

    def flag(self, name: str) -> bool:
        return self.params.get(name, "false").lower() == "true"

    @property
    def options(self) -> Options:
        """What the request's headers say about its saves."""
        options = self.headers.get("sforce-duplicate-rule-header", "").lower().replace(" ", "")
        return Options("allowsave=true" in options.split(";"), self.base)

    def moment(self, header: str) -> float | None:
        """Seconds since the epoch of a conditional header, if sent. Raises ApiError 400 for what is no HTTP date.

        Unverified: a conditional header that holds no HTTP date is ignored in a GET.
        """
        text = self.headers.get(header)
        if text is None:
            return None
        try:
            return parsedate_to_datetime(text).timestamp()
        except (ValueError, OverflowError) as error:
            if self.method == "GET":
                return None
            raise ApiError(400, "INVALID_HEADER", f"Invalid date in header {header}: {text}") from error


@dataclass
class Answer:
    """`body` None means no body at all, unless `content` has one that is no JSON, of type `media_type`; `endpoint` is the path with its variable parts as names; `cost` is what
    it takes from the daily limit."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    endpoint: str = ""
    cost: int = 1
    content: bytes | None = None
    media_type: str = "application/json"

    @property
    def failed(self) -> bool:
        return self.status >= 400
