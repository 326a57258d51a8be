"""Watching opportunities for what they mean for lifecycle stages (C6): their stages and who plays a role in them.

Where deals sync, the fields ride along with the opportunities that are read anyway; otherwise the opportunities are one more
query of the same call. The memory keeps what each last said under names of its own, staged while something is still to be
done about it. Everything there is at the first look is known, and no news: only what changes from then on counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from crmsync_desktop.domain import members
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.lifecycle_stage import Move, Opportunity, watched
from crmsync_desktop.domain.mapping import COMPANIES, CONTACTS, DEALS, Pair
from crmsync_desktop.domain.records import UNSEEN, Category, Cell, Fault, Observed, Presence, Side
from crmsync_desktop.domain.remedies import hint
from crmsync_desktop.domain.schema import Schema
from crmsync_desktop.domain.settings import LifecycleSync, OnOpportunityStage, Settings
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.digest import digest_of
from crmsync_desktop.engine.metadata import schema_of_object
from crmsync_desktop.engine.observe_stale import is_stale
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.crm import Crm, Page, Want
from crmsync_desktop.ports.store import Cursor, Known, NewError, RecordState, Store
