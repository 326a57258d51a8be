"""Where each area of the API lives: the dated paths of 2026 and the older numbered ones, served by the same handlers.

Source: the paths in HubSpot's own SDK of 2026 for the dated ones, its API client 12 for the numbered ones. By the forms
guide, forms are dated from 2026-09 on.
"""

from __future__ import annotations

from typing import Final

AREAS: Final[dict[str, tuple[str, ...]]] = {
    "objects": ("/crm/objects/2026-03", "/crm/objects/2026-09", "/crm/v3/objects"),
    "object-associations": ("/crm/objects/2026-03", "/crm/objects/2026-09", "/crm/v4/objects"),
    "legacy-associations": ("/crm/v3/objects",),
    "associations": ("/crm/associations/2026-03", "/crm/associations/2026-09", "/crm/v4/associations"),
    "properties": ("/crm/properties/2026-03", "/crm/properties/2026-09", "/crm/v3/properties"),
    "owners": ("/crm/owners/2026-03", "/crm/owners/2026-09", "/crm/v3/owners"),
    "pipelines": ("/crm/pipelines/2026-03", "/crm/pipelines/2026-09", "/crm/v3/pipelines"),
    "schemas": (
        "/crm-object-schemas/2026-03/schemas",
        "/crm-object-schemas/2026-09/schemas",
        "/crm-object-schemas/v3/schemas",
        "/crm/v3/schemas",
    ),
    "forms": ("/marketing/forms/2026-09", "/marketing/v3/forms"),
    "submissions": ("/form-integrations/v1/submissions/forms",),
    "lists": ("/crm/lists/2026-03", "/crm/lists/2026-09", "/crm/v3/lists"),
    "limits": ("/crm/limits/2026-03", "/crm/limits/2026-09", "/crm/v3/limits"),
    "account-info": ("/account-info/2026-03", "/account-info/2026-09", "/account-info/v3"),
}
