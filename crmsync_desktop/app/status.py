"""The first glance: is it well, how much is left, what needs me."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crmsync_desktop.app import reports
from crmsync_desktop.app.error_work import next_retry
from crmsync_desktop.app.views import ConnectionView, HubSpotMeterView, ProgressView, StatusView
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Allowance
from crmsync_desktop.domain.settings import active_pairs
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine.guarding import kept_plan
from crmsync_desktop.engine.metered import Metered
from crmsync_desktop.ports.profiles import Profile
from crmsync_desktop.ports.store import PassRow, PassState, Store

BURST_LIMIT = 190
"""HubSpot's calls per ten seconds for a paid portal (apis.md 3.1)."""

Tone = Literal["good", "busy", "quiet", "attention", "bad"]


@dataclass(slots=True)
class Gauge:
    """The systems' own word on their limits, as their answers bring it."""

    salesforce: Allowance | None = None
    hubspot: Allowance | None = None


def connection_view(profile: Profile, paused: bool, notice: str = "") -> ConnectionView:
    return ConnectionView(
        name=profile.name,
        practice=profile.practice,
        salesforce_url=profile.salesforce_url,
        hubspot_url=profile.hubspot_url,
        salesforce_account=profile.salesforce.account_name if profile.salesforce else "",
        hubspot_account=profile.hubspot.account_name if profile.hubspot else "",
        state="attention" if notice else "paused" if paused else "ready",
        notice=notice,
    )


def status_view(
    *,
    profile: Profile,
    store: Store,
    budget: Metered,
    gauge: Gauge,
    now: float,
    paused: bool,
    progress: ProgressView | None,
    last: PassRow | None,
    next_at: float | None,
    notice: str,
) -> StatusView:
    settings = store.settings()
    usage = budget.usage(Side.SALESFORCE)
    by_hour = budget.by_hour(25)
    recent = sum(calls for hour, side, _, _, calls in by_hour if side is Side.SALESFORCE and hour >= now - 3600)
    salesforce, hubspot = gauge.salesforce, gauge.hubspot
    meter = reports.meter(
        usage,
        settings.allocation,
        salesforce.limit if salesforce else None,
        salesforce.used if salesforce else None,
        now,
        recent,
    )
    errors, notices, ignored = store.error_totals()
    conflicts = store.conflict_count()
    kept = kept_plan(store)
    headline, tone = _headline(last, progress, paused, meter.left, errors, conflicts, kept is not None)
    notice = notice or (kept.message if kept is not None else "")
    return StatusView(
        connection=connection_view(profile, paused, notice),
        headline=headline,
        tone=tone,
        links={pair.name: store.link_count(pair.name) for pair in active_pairs(settings)},
        salesforce=meter,
        hubspot=HubSpotMeterView(
            used=budget.usage(Side.HUBSPOT).used,
            window_used=budget.in_window(),
            window_limit=BURST_LIMIT,
            day_used=hubspot.used if hubspot else None,
            day_limit=hubspot.limit if hubspot else None,
        ),
        hours=reports.hours(by_hour, now),
        cards=reports.cards(store.error_cards()),
        conflicts=conflicts,
        paused=paused,
        running=progress,
        last_pass=reports.pass_view(last) if last else None,
        next_pass_at=stamp(next_at) if next_at and not paused else None,
        notice=notice,
        errors=errors,
        notices=notices,
        ignored=ignored,
        retry=next_retry(store, usage, now),
        plan_waiting=kept.pass_id if kept is not None else None,
    )


def _headline(
    last: PassRow | None,
    progress: ProgressView | None,
    paused: bool,
    left: int,
    errors: int,
    conflicts: int,
    waiting: bool,
) -> tuple[str, Tone]:
    if progress is not None:
        return "Syncing", "busy"
    if waiting:
        return "A plan waits for your word", "attention"
    if paused:
        return "Paused", "quiet"
    if left == 0:
        return "Waiting for calls", "attention"
    if last is None:
        return "Not synced yet", "quiet"
    if last.state in (PassState.STOPPED, PassState.CRASHED):
        return "Last pass stopped early", "attention"
    if errors or conflicts:
        return "In sync, with exceptions", "attention"
    return "In sync", "good"
