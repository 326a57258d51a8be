"""Which endpoint a request goes to, by the name that the log of calls gives it, before it is answered."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from crmsync_desktop.practice.hubspot.paths import AREAS
from crmsync_desktop.practice.salesforce.resources import endpoint_of

UNKNOWN = "unknown"


def salesforce_endpoint(method: str, path: str) -> str:
    """As `query/{locator}`; of an OAuth path, `oauth2/token`."""
    segments = path.split("/")[1:]
    if segments[:2] == ["services", "data"]:
        return endpoint_of(segments[3:]) or UNKNOWN
    return path.removeprefix("/services/").lstrip("/")


class HubSpotEndpoints:
    """As `objects/contacts/batch/read`, from the routes of the portal's app."""

    def __init__(self, app: Starlette) -> None:
        self._routes = [route for route in app.routes if isinstance(route, Route)]
        longest_first = sorted(
            ((prefix, area) for area, prefixes in AREAS.items() for prefix in prefixes), key=lambda each: -len(each[0])
        )
        self._prefixes = longest_first

    def __call__(self, method: str, path: str) -> str:
        for route in self._routes:
            found = route.path_regex.fullmatch(path)
            if found and (route.methods is None or method in route.methods):
                template = route.path.replace("{type}", found.groupdict().get("type", "").lower())
                return self._named(template)
        return UNKNOWN

    def _named(self, template: str) -> str:
        for prefix, area in self._prefixes:
            if template.startswith(prefix):
                rest = template.removeprefix(prefix)
                associations = area in ("objects", "object-associations") and "/associations/" in rest
                return ("object-associations" if associations else area) + rest
        return template.lstrip("/")
