"""What changes in Salesforce's schema of a custom object, found when schemas are read anew: told, and done on a person's word
alone (X1). Costs no call."""

from __future__ import annotations

from collections.abc import Iterable

from crmsync_desktop.domain.mapping import Mapping, Pair
from crmsync_desktop.domain.object_news import News, news
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.settings import CustomObject
from crmsync_desktop.ports.store import Store

KNOWN = "object_fields"


def known_fields(store: Store, name: str) -> frozenset[str]:
    """The fields of a custom object that somebody has decided about."""
    return frozenset(store.document(f"{KNOWN}.{name}") or ())


def keep_known(store: Store, name: str, fields: Iterable[str] | None) -> None:
    """From now on these are decided about; None once the object is taken off."""
    store.save_document(f"{KNOWN}.{name}", None if fields is None else list(fields))


def take_off(store: Store, own: CustomObject) -> None:
    """Forget a custom object, all but its settings: what is linked, how it is mapped, and what was decided about its fields."""
    store.forget_pair(own.pair)
    store.save_document(f"mappings.{own.name}", None)
    keep_known(store, own.name, None)


def news_of(store: Store, pair: Pair, mappings: Iterable[Mapping]) -> News:
    """As far as the schemas that are kept tell."""
    salesforce = store.schema(Side.SALESFORCE, pair.salesforce[0])
    hubspot = store.schema(Side.HUBSPOT, pair.hubspot)
    if salesforce is None or hubspot is None:
        return News()
    return news(salesforce, hubspot, known_fields(store, pair.name), mappings)
