"""Every HubSpot path this application calls: one table, date-versioned.

The client's own v3 and v4 paths leave support in 2027, and 2026-09 enforces form rules on API writes; so the version is
chosen here, once (HubSpot changelog: "legacy APIs going unsupported", "CRM API write validation enforcement").
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

VERSION: Final = "2026-03"


class Bucket(StrEnum):
    """Which of HubSpot's rate limits a request counts against."""

    BURST = "burst"
    SEARCH = "search"


class Endpoint(msgspec.Struct, frozen=True):
    method: str
    path: str
    bucket: Bucket = Bucket.BURST


ACCOUNT: Final = Endpoint("GET", f"/account-info/{VERSION}/details")
DAILY_USAGE: Final = Endpoint("GET", f"/account-info/{VERSION}/api-usage/daily/private-apps")
PROPERTIES: Final = Endpoint("GET", f"/crm/properties/{VERSION}/{{object}}")
PROPERTIES_CREATE: Final = Endpoint("POST", f"/crm/properties/{VERSION}/{{object}}/batch/create")
PROPERTY: Final = Endpoint("GET", f"/crm/properties/{VERSION}/{{object}}/{{property}}")
PROPERTY_CHANGE: Final = Endpoint("PATCH", f"/crm/properties/{VERSION}/{{object}}/{{property}}")
PROPERTY_GROUPS: Final = Endpoint("GET", f"/crm/properties/{VERSION}/{{object}}/groups")
SCHEMAS: Final = Endpoint("GET", f"/crm-object-schemas/{VERSION}/schemas")
SCHEMA_CREATE: Final = Endpoint("POST", f"/crm-object-schemas/{VERSION}/schemas")
SCHEMA: Final = Endpoint("GET", f"/crm-object-schemas/{VERSION}/schemas/{{object}}")
SCHEMA_JOIN: Final = Endpoint("POST", f"/crm-object-schemas/{VERSION}/schemas/{{object}}/associations")
WITH_ASSOCIATIONS: Final = {"includeAssociationDefinitions": "true"}
WITH_ALL: Final = {"includePropertyDefinitions": "true", "includeAssociationDefinitions": "true"}
PROPERTY_CREATE: Final = Endpoint("POST", f"/crm/properties/{VERSION}/{{object}}")
PIPELINES: Final = Endpoint("GET", f"/crm/pipelines/{VERSION}/{{object}}")
OWNERS: Final = Endpoint("GET", f"/crm/owners/{VERSION}")
SEARCH: Final = Endpoint("POST", f"/crm/objects/{VERSION}/{{object}}/search", Bucket.SEARCH)
BATCH_READ: Final = Endpoint("POST", f"/crm/objects/{VERSION}/{{object}}/batch/read")
BATCH_CREATE: Final = Endpoint("POST", f"/crm/objects/{VERSION}/{{object}}/batch/create")
BATCH_UPDATE: Final = Endpoint("POST", f"/crm/objects/{VERSION}/{{object}}/batch/update")
BATCH_ARCHIVE: Final = Endpoint("POST", f"/crm/objects/{VERSION}/{{object}}/batch/archive")
ASSOCIATION_LABELS: Final = Endpoint("GET", f"/crm/associations/{VERSION}/{{from}}/{{to}}/labels")
ASSOCIATIONS_READ: Final = Endpoint("POST", f"/crm/associations/{VERSION}/{{from}}/{{to}}/batch/read")
ASSOCIATIONS_CREATE: Final = Endpoint("POST", f"/crm/associations/{VERSION}/{{from}}/{{to}}/batch/create")
ASSOCIATIONS_ARCHIVE: Final = Endpoint("POST", f"/crm/associations/{VERSION}/{{from}}/{{to}}/batch/archive")
LABELS_ARCHIVE: Final = Endpoint("POST", f"/crm/associations/{VERSION}/{{from}}/{{to}}/batch/labels/archive")
CONVERTED: Final = Endpoint("POST", f"/crm/objects/{VERSION}/contacts/search", Bucket.SEARCH)
"""The search that tells whether a form was filled in: booked as what it is for."""
FORMS: Final = Endpoint("GET", "/marketing/v3/forms")
"""Dated only from 2026-09 on (forms guide); submissions aren't at all."""
SUBMISSIONS: Final = Endpoint("GET", "/form-integrations/v1/submissions/forms/{form}")
LISTS: Final = Endpoint("POST", f"/crm/lists/{VERSION}/search")
MEMBERS: Final = Endpoint("GET", f"/crm/lists/{VERSION}/{{list}}/memberships")
JOINERS: Final = Endpoint("GET", f"/crm/lists/{VERSION}/{{list}}/memberships/join-order")
