"""What somebody may have meant."""

from __future__ import annotations

from crmsync_desktop.app.suggesting import nearest


def test_the_closest_name_is_offered_in_any_spelling_and_else_all_there_are() -> None:
    names = ["property_values", "other", "Subscription__c"]
    assert nearest("Property Value", names, "Cards") == "Did you mean property_values?"
    assert nearest("subscription-_c", names, "Cards") == "Did you mean Subscription__c?"
    assert nearest("zzz", names, "Cards") == "Cards: property_values, other, Subscription__c."
    assert nearest("zzz", [], "Codes") == "Codes: none."
    assert nearest("x" * 1_000_000, names, "Cards").startswith("Cards: ")
