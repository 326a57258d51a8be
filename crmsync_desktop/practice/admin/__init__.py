"""The practice orgs' own API: what they were asked, their clock, their faults, and a person's hands in their records.

CRM tokens don't open it, and its token opens neither CRM.
"""

from __future__ import annotations

from crmsync_desktop.practice.admin.app import create_admin_app
from crmsync_desktop.practice.reach import Practice

__all__ = ["Practice", "create_admin_app"]
