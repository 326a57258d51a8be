"""`sobjects/` and `sobjects/X/describe`, written out in full from the short facts of schema.py."""

from __future__ import annotations

from typing import Any

from .asks import Answer, Ask
from .schema import Field, SObject
from .stamps import http_date

_MASTER = "012000000000000AAA"
_SITE = "https://practice.example"
_GLOBAL_KEYS = (
    "activateable",
    "createable",
    "custom",
    "customSetting",
    "deepCloneable",
    "deletable",
    "deprecatedAndHidden",
    "feedEnabled",
    "hasSubtypes",
    "isInterface",
    "isSubtype",
    "layoutable",
    "mergeable",
    "mruEnabled",
    "queryable",
    "replicateable",
    "retrieveable",
    "searchable",
    "triggerable",
    "undeletable",
    "updateable",
)


def field_entry(item: Field) -> dict[str, Any]:
    """The describe of one field."""
    plain_length = item.length if item.type in ("id", "reference") else item.length * 3
    values = [
        {
            "active": True,
            "defaultValue": option.value == item.default,
            "label": option.label,
            "validFor": option.valid_for,
            "value": option.value,
        }
        for option in item.values
    ]
    entry = {
        **item.flags,
        "name": item.name,
        "type": item.type,
        "label": item.label,
        "length": item.length,
        "byteLength": plain_length if item.byte_length is None else item.byte_length,
        "picklistValues": values,
    }
    return dict(sorted(entry.items()))


def describe(sobject: SObject, base: str) -> dict[str, Any]:
    """The whole describe body; `base` is `/services/data/vNN.0`."""
    home = f"{base}/sobjects/{sobject.name}"
    entry: dict[str, Any] = {
        **sobject.flags,
        "actionOverrides": [],
        "associateEntityType": None,
        "associateParentEntity": None,
        "childRelationships": [
            {
                "cascadeDelete": child.cascade,
                "childSObject": child.sobject,
                "deprecatedAndHidden": False,
                "field": child.field,
                "junctionIdListNames": [],
                "junctionReferenceTo": [],
                "relationshipName": child.relationship,
                "restrictedDelete": child.restricted,
            }
            for child in sobject.children
        ],
        "fields": [field_entry(item) for item in sobject.fields],
        "keyPrefix": sobject.prefix,
        "label": sobject.label,
        "labelPlural": sobject.label_plural,
        "name": sobject.name,
        "namedLayoutInfos": [],
        "recordTypeInfos": _record_types(sobject, home),
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": label, "name": name} for name, label in sobject.scopes],
        "urls": {**_urls(sobject, home), **_pages(sobject)},
    }
    return dict(sorted(entry.items()))


def _urls(sobject: SObject, home: str) -> dict[str, str]:
    """The addresses that a real org names (as recorded); the practice org serves the first three and the rest not."""
    urls = {"rowTemplate": f"{home}/{{ID}}", "describe": f"{home}/describe", "sobject": home}
    if sobject.flags["layoutable"]:
        urls |= {name: f"{home}/describe/{name}" for name in ("compactLayouts", "layouts")}
    listed = sobject.name in _LISTED or sobject.flags["custom"]
    if listed:
        urls |= {"approvalLayouts": f"{home}/describe/approvalLayouts", "listviews": f"{home}/listviews"}
    if listed or sobject.name in _QUICK:
        urls["quickActions"] = f"{home}/quickActions"
    for name, tail in _URLS_OF_ONE.get(sobject.name, {}).items():
        urls[name] = home + tail
    return urls


_LISTED = frozenset({"Account", "Campaign", "Case", "Contact", "Lead", "Opportunity"})
_QUICK = frozenset({"Event", "OpportunityContactRole", "Task", "User"})
_TYPED = frozenset({*_LISTED, "CampaignMember", "Event", "Task"})
_URLS_OF_ONE = {
    "Case": {"caseArticleSuggestions": "/suggestedArticles", "caseRowArticleSuggestions": "/{ID}/suggestedArticles"},
    "Event": {"eventSeriesUpdates": "/{ID}/fromThisEventOnwards"},
    "User": {"namedLayouts": "/describe/namedLayouts/{LayoutName}", "passwordUtilities": "/{ID}/password"},
}


def _pages(sobject: SObject) -> dict[str, str]:
    """Where people would find the object's records with a browser."""
    if not sobject.flags["layoutable"]:
        return {}
    return {
        "uiDetailTemplate": f"{_SITE}/{{ID}}",
        "uiEditTemplate": f"{_SITE}/{{ID}}/e",
        "uiNewRecord": f"{_SITE}/{sobject.prefix}/e",
    }


def _record_types(sobject: SObject, home: str) -> list[dict[str, Any]]:
    """The object's own record types and, last, the one that every object has that can have any.

    Unverified: describe tells no record types of users and of the tables that only an admin changes.
    """
    if not (sobject.name in _TYPED or sobject.flags["custom"]):
        return []
    entries = [
        {
            "active": entry.active,
            "available": entry.active,
            "defaultRecordTypeMapping": entry.default,
            "developerName": entry.developer_name,
            "master": False,
            "name": entry.name,
            "recordTypeId": entry.id18,
            "urls": {"layout": f"{home}/describe/layouts/{entry.id18}"},
        }
        for entry in sobject.record_types
    ]
    master = {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": not sobject.record_types,
        "developerName": "Master",
        "master": True,
        "name": "Master",
        "recordTypeId": _MASTER,
        "urls": {"layout": f"{home}/describe/layouts/{_MASTER}"},
    }
    return [*entries, master]


def global_entry(sobject: SObject, base: str) -> dict[str, Any]:
    home = f"{base}/sobjects/{sobject.name}"
    return {
        **{key: sobject.flags[key] for key in _GLOBAL_KEYS},
        "associateEntityType": None,
        "associateParentEntity": None,
        "keyPrefix": sobject.prefix,
        "label": sobject.label,
        "labelPlural": sobject.label_plural,
        "name": sobject.name,
        "urls": {name: url for name, url in _urls(sobject, home).items() if name != "eventSeriesUpdates"},
    }


def answer_global(ask: Ask) -> Answer:
    entries = [global_entry(sobject, ask.base) for _, sobject in sorted(ask.org.schema.items())]
    return _unless_known(ask, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": entries})


def answer_basic(ask: Ask) -> Answer:
    return Answer(200, {"objectDescribe": global_entry(ask.sobject(), ask.base), "recentItems": []})


def answer_describe(ask: Ask) -> Answer:
    return _unless_known(ask, describe(ask.sobject(), ask.base))


def _unless_known(ask: Ask, body: dict[str, Any]) -> Answer:
    """304 where If-Modified-Since is not older than the last change of the org's setup."""
    changed = ask.org.described_at
    headers = {"Last-Modified": http_date(changed)}
    since = ask.moment("if-modified-since")
    return Answer(304, None, headers) if since is not None and since >= changed else Answer(200, body, headers)
