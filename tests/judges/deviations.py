"""Where real traffic, or the real API's own documentation, differs from the published schemas: the one list.

Each entry excuses complaints of the judges that its pattern matches in full, for the reason that stands beside it.
"""

from __future__ import annotations

import re
from functools import cache

DEVIATIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "hubspot": (
        (
            r".*/associations/.*(toObjectId|fromObjectId|\.id): .*",
            "recorded on v4, whose published models want text too: ids of associations are JSON integers both ways",
        ),
        (
            r".* question: .* is missing",
            "recorded and documented: questions leave out much that the models mark as required, and are answered",
        ),
        (
            r"POST .*/search → 200 question: \$: filters is unknown",
            "recorded: one group of filters may stand at the top",
        ),
        (
            r"POST .*/search → 200 question: \$\.sorts\[\]: dict instead of str",
            "recorded and documented: a sort is an object with propertyName and direction",
        ),
        (
            r".* question: \$\.(inputs\[\]\.)?properties\.\w+: \w+ instead of str",
            "recorded: values of properties may be numbers (hubspot_owner_id) in questions; answers have text",
        ),
        (
            r".*/batch/\w+ → 207 answer: \$\.(numErrors|errors) is unknown",
            "documented: an answer of 207 adds numErrors and errors, for which the SDK has no model of its own",
        ),
        (
            r"GET /crm/v3/objects/\w+/\d+/associations/\w+ → 200 answer: .*",
            "documented: the older path answers ids and the names of types; the models are those of the newer one",
        ),
        (
            r"POST .*/lists/[^/]+/search → 200 (question: \$: |answer: \$\.lists\[\]\.)additionalProperties is unknown",
            "documented in HubSpot's older client: the SDK's generator renames a field that is called like a keyword of JSON Schema",
        ),
        (
            r"GET .* → 200 answer: \$\.(total|paging\.prev|paging\.next\.link) is unknown",
            "recorded (link) and in HubSpot's older client (total, prev): the SDK's page class names only what it pages by",
        ),
    ),
    "salesforce": (
        (
            r".* (question|answer): \w+\.\w*(State|Country)Code is no field",
            "documented: such fields are there while the State and Country picklists are on; they were off in the described org",
        ),
        (
            r".* (question|answer): \w+\.(RecordTypeId|CurrencyIsoCode) is no field",
            "documented: such fields are there in an org with record types or several currencies; the described one had none",
        ),
        (
            r".* answer: Account\.(IsPartner|IsCustomerPortal) is no field",
            "recorded: an org with portals has them; the described one had none",
        ),
        (
            r".*/describe → 200 answer: \$\.fields\[\]\.defaultValue is unknown",
            "recorded: every field of a describe has it",
        ),
        (
            r".* question: \w+\.\w+: str",
            "recorded: numbers may be sent as text (NumberOfEmployees, DurationInMinutes); answers have numbers",
        ),
    ),
}


@cache
def _patterns(system: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.DOTALL) for pattern, _ in DEVIATIONS[system])


def excused(system: str, complaint: str) -> bool:
    """Whether the list knows this complaint."""
    return any(pattern.fullmatch(complaint) for pattern in _patterns(system))
