"""The wall in front of every call, and the clock on it."""

from __future__ import annotations

from crmsync_desktop.adapters.limits.budget import RollingBudget
from crmsync_desktop.adapters.limits.clock import SystemClock

__all__ = ["RollingBudget", "SystemClock"]
