"""The settings of companies, deals and tickets (O1), in the words of those of contacts."""

from __future__ import annotations

from typing import Final

import msgspec

from crmsync_desktop.app.setting_views import choice, currency, deletion, number, switch
from crmsync_desktop.app.views import ChoiceView, SettingView
from crmsync_desktop.domain.mapping import COMPANIES, DEALS, PAIRS, TICKETS, Pair, plain_object
from crmsync_desktop.domain.settings import Settings


class _Words(msgspec.Struct, frozen=True):
    """`theirs`, `ours`: one record in Salesforce and in HubSpot. `new`: what becomes of a new HubSpot record."""

    theirs: str
    ours: str
    several_theirs: str
    new: str


_OF: Final = {
    COMPANIES.name: _Words(
        "account",
        "company",
        "accounts",
        "A company becomes an account once a contact of it is synced. Companies are matched through their contacts, never "
        "by domain or name.",
    ),
    DEALS.name: _Words(
        "opportunity",
        "deal",
        "opportunities",
        "Each new deal makes a new opportunity: deals are never matched with opportunities that are there already.",
    ),
    TICKETS.name: _Words(
        "case", "ticket", "cases", "Each new ticket makes a new case: tickets are never matched with existing cases."
    ),
}
_AMBIGUOUS = (
    ChoiceView("most_recent", "Use the most recently updated one", "The others are listed under Duplicates."),
    ChoiceView("block", "Link none of them", "All of them are listed under Duplicates until there is only one."),
)
_LIFECYCLE = (
    ChoiceView("on", "Update the company and its contacts", "They move forward to the same stage."),
    ChoiceView("off", "Do nothing", "Only the contacts in the opportunity's contact roles move."),
)
COMPANIES_OFF: Final = (
    "Companies don't sync, so {pair} go without their companies: their accounts stay as they are in Salesforce. Turn "
    "companies on first."
)
CHILDREN_ON: Final = "{pairs} sync, and go without their companies as long as companies don't."


def pair_settings(settings: Settings, pair: Pair) -> list[SettingView]:
    """The settings of companies, deals or tickets."""
    name, words, own = pair.name, _OF[pair.name], getattr(settings, pair.name)
    a_theirs = f"{'an' if words.theirs[0] in 'aeiou' else 'a'} {words.theirs}"
    views = [
        switch(
            f"{name}.enabled",
            f"Syncing {name}",
            f"Sync {name} with {words.several_theirs}",
            f"{words.new} Turned off, what is linked stays linked, and nothing travels.",
            own.enabled,
            switch_warning(settings, pair),
        ),
        choice(
            f"{name}.on_salesforce_change",
            f"Creating and updating {name}",
            f"When a Salesforce {words.theirs} is created or updated",
            (
                ChoiceView(
                    "create_or_update",
                    f"Create or update the {words.ours}",
                    f"New Salesforce {words.several_theirs} create a HubSpot {words.ours}, and changes travel.",
                ),
                ChoiceView("nothing", "Do nothing", f"Nothing that happens to {a_theirs} reaches HubSpot."),
            ),
            own.on_salesforce_change,
        ),
        choice(
            f"{name}.on_hubspot_change",
            f"Creating and updating {name}",
            f"When a HubSpot {words.ours} is created or updated",
            (
                ChoiceView("create_or_update", f"Create or update the {words.theirs}", words.new),
                ChoiceView(
                    "nothing", "Do nothing", f"Nothing that happens to a HubSpot {words.ours} reaches Salesforce."
                ),
            ),
            own.on_hubspot_change,
        ),
        deletion(name, words.theirs, words.ours, own.on_salesforce_delete),
    ]
    if pair is COMPANIES:
        views += [
            choice(
                "companies.on_ambiguous_match",
                "Matching",
                "When the contacts of a company belong to several accounts",
                _AMBIGUOUS,
                own.on_ambiguous_match,
            ),
            choice(
                "companies.lifecycle_sync",
                "Adjusting the lifecycle stage",
                "When the lifecycle stage of a contact moves forward through its opportunity",
                _LIFECYCLE,
                own.lifecycle_sync,
                help="It only counts while lifecycle stages of contacts are updated, and companies sync.",
            ),
        ]
    if pair is DEALS:
        views += _deals_only(settings)
    return views


def _deals_only(settings: Settings) -> list[SettingView]:
    return [
        number(
            "deals.close_date_days",
            "Close date",
            "Days from now to a new opportunity's close date, where the deal has none",
            "Salesforce makes no opportunity without one. With 0, such a deal waits until it has a close date.",
            settings.deals.close_date_days,
            0,
            3650,
        ),
        currency(
            "deals.org_currency",
            "Currency",
            "The currency of a Salesforce org that has only one",
            "Left empty, it is taken to be the HubSpot account's own. An org with several tells each opportunity's itself.",
            settings.deals.org_currency,
        ),
        choice(
            "deals.other_currencies",
            "Currency",
            "When a deal is in another currency than a Salesforce org that has only one",
            (
                ChoiceView("leave", "Leave its amount as it is on both sides", "A notice names each such deal."),
                ChoiceView("send", "Send the number all the same", "100 euros then become 100 of the org's currency."),
            ),
            settings.deals.other_currencies,
        ),
    ]


def switch_warning(settings: Settings, pair: Pair) -> str:
    """What a pair's switch, as it stands, does without (semantics 2: deals and tickets need company sync)."""
    children = [each for each in (DEALS, TICKETS) if getattr(settings, each.name).enabled]
    if pair in children and not settings.companies.enabled:
        return COMPANIES_OFF.format(pair=pair.name)
    if pair is COMPANIES and children and not settings.companies.enabled:
        named = " and ".join(each.name for each in children).capitalize()
        return CHILDREN_ON.format(pairs=named)
    return ""


def objects_of(pair: Pair) -> str:
    """What the pair joins, as a person reads it: "Account ⇄ company"."""
    theirs = dict.fromkeys(plain_object(object) for object in pair.salesforce)
    return f"{', '.join(theirs)} ⇄ {pair.noun}"


WITH_SWITCH: Final = tuple(pair for pair in PAIRS.values() if pair.name in _OF)
