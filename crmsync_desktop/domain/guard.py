"""The guard rail (P7): a pass that would delete or blank more than a set share stops and asks first."""

from __future__ import annotations

from crmsync_desktop.domain.settings import Settings


def objection(settings: Settings, links: int, deletes: int, blanks: int) -> str:
    """Why this plan may not run without a person's word, or "". `links`: live links of the pair; `deletes` and `blanks`:
    records that the plan would delete, or empty a field of."""
    hit = deletes + blanks
    if hit <= settings.guard_minimum or hit * 100 <= settings.guard_share * links:
        return ""
    return (
        f"This pass would delete {deletes} records and blank fields of {blanks}, which is more than "
        f"{settings.guard_share} % of {links} linked pairs."
    )
