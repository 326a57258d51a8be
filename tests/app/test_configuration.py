"""The configuration of a connection out and in, on a memory of its own: what is checked, what changes, what stays."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence

import msgspec
import pytest

from crmsync_desktop.adapters.store import SqliteStore
from crmsync_desktop.app.configuration import ConfigurationFile
from crmsync_desktop.app.configuration_around import Surroundings
from crmsync_desktop.app.configuration_views import ConfigurationChangeView, ConfigurationDiffView
from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.app.words import LEAD_WARNING
from crmsync_desktop.domain.action_rules import ActionRule
from crmsync_desktop.domain.configuration import flat
from crmsync_desktop.domain.errors import CrmSyncError, SetupError, Unreachable
from crmsync_desktop.domain.mapping import CONTACTS, Mapping, Rule
from crmsync_desktop.domain.records import Side
from crmsync_desktop.domain.schema import Field, Kind, Schema
from crmsync_desktop.domain.settings import OnConflict, Settings
from crmsync_desktop.ports.profiles import Profile
from crmsync_desktop.ports.store import Link, LinkState

NOW = 1_795_000_000.0


def schema(side: Side, object: str, *fields: Field) -> Schema:
    return Schema(side, object, object, {field.name: field for field in fields}, "2026-11-24T08:00:00Z")


def field(
    name: str, kind: Kind = Kind.TEXT, label: str = "", length: int | None = None, writable: bool = True
) -> Field:
    return Field(name, label or name, kind, kind.value, length=length, updateable=writable)


SCHEMAS = {
    "contacts": schema(
        Side.HUBSPOT, "contacts", field("email", Kind.EMAIL), field("jobtitle", label="Job title"), field("notes"),
        field("size", Kind.NUMBER), field("more"), field("staff", Kind.NUMBER),
    ),
    "Contact": schema(
        Side.SALESFORCE, "Contact", field("Email", Kind.EMAIL), field("Title"), field("Description", length=40),
        field("Age__c", Kind.NUMBER, writable=False), field("Photo", Kind.OPAQUE),
    ),
    "Lead": schema(Side.SALESFORCE, "Lead", field("Email", Kind.EMAIL), field("Title"), field("Staff", Kind.BOOL), field("Flag", Kind.BOOL)),
}  # fmt: skip
DEFAULTS = (
    Mapping("email", {"Contact": "Email", "Lead": "Email"}, builtin=True),
    Mapping("jobtitle", {"Contact": "Title", "Lead": "Title"}, builtin=True),
    Mapping("staff", {"Lead": "Staff"}, Rule.DONT_SYNC, builtin=True),
    Mapping("absent", {"Contact": "Absent"}, Rule.ALWAYS_SALESFORCE, builtin=True),
)


class Clock:
    def now(self) -> float:
        return NOW

    def monotonic(self) -> float:
        return NOW


class Connection:
    """One connection's memory with its configuration; `asked` is what org and portal were asked for."""

    def __init__(self) -> None:
        self.store = SqliteStore(":memory:")
        self.mappings = Mappings(self.store, CONTACTS, DEFAULTS)
        self.asked: list[str] = []
        self.meanwhile = False
        self.unreachable: CrmSyncError | None = None
        profile = Profile("Acme", "https://acme.example", "https://api.example")
        self.counts: dict[str, int] | None = {"jobtitle": 2}
        around = Surroundings(self.schemas, self.lists, self.limit, self.touched, self.rule, self.now)
        self.file = ConfigurationFile(self.store, Clock(), profile, {CONTACTS.name: self.mappings}, around)

    async def schemas(self, pair: str) -> dict[str, Schema]:
        self.asked.append(f"schemas of {pair}")
        if self.unreachable:
            raise self.unreachable
        if self.meanwhile:
            self.mappings.set_rule("email", Rule.ALWAYS_HUBSPOT)
        return SCHEMAS

    async def lists(self) -> list[tuple[str, str]]:
        self.asked.append("lists")
        return [("7", "Customers")]

    async def limit(self) -> int | None:
        self.asked.append("limit")
        return 50_000

    async def touched(
        self,
        pair: str,
        now: Sequence[Mapping],
        wanted: Sequence[Mapping],
        properties: Collection[str],
        schemas: dict[str, Schema],
        settings: Settings,
    ) -> dict[str, int] | None:
        self.asked.append(f"records that {', '.join(sorted(properties))} would change")
        return self.counts if self.counts is None else {name: self.counts.get(name, 0) for name in properties}

    async def rule(self, rule: ActionRule) -> ActionRule:
        self.asked.append(f"rule {rule.name}")
        if "{nobody}" in rule.subject:
            raise SetupError("The placeholder {nobody} is no property.", "", "Did you mean “email”?")
        return msgspec.structs.replace(rule, subject=rule.subject.strip())

    async def now(self) -> str:
        return "2026-11-24T10:00:00Z"

    def preview(self, text: str) -> ConfigurationDiffView:
        return asyncio.run(self.file.preview(text))

    def apply(self, text: str) -> ConfigurationDiffView:
        return asyncio.run(self.file.apply(text))

    def body(self) -> str:
        return self.file.text().split("\nformat = ")[1]

    def link(self, number: int) -> None:
        self.store.set_layout("contacts", ["email"])
        for each in range(number):
            self.store.add_links(
                [
                    Link(
                        0,
                        "contacts",
                        "Contact",
                        f"003{each}",
                        str(each),
                        LinkState.LIVE,
                        ["a@b.example"],
                        ["a@b.example"],
                    )
                ]
            )


@pytest.fixture
def here() -> Iterator[Connection]:
    made = Connection()
    yield made
    made.store.close()


@pytest.fixture
def there() -> Iterator[Connection]:
    made = Connection()
    yield made
    made.store.close()


def problems(here: Connection, text: str) -> list[str]:
    view = here.preview(text)
    assert view.changes == ()
    return [f"{problem.line} {problem.key}: {problem.message} {problem.accepted}".strip() for problem in view.problems]


def with_mapping(here: Connection, *lines: str) -> str:
    return here.file.text() + "\n[[contacts.mapping]]\n" + "\n".join(lines) + "\n"


def test_importing_what_is_there_changes_nothing_asks_nothing_and_writes_nothing(here: Connection) -> None:
    here.mappings.add("notes", {"Contact": "Description"}, Rule.TWO_WAY, SCHEMAS)
    here.mappings.add("more", {"Contact": "Age__c"}, Rule.ALWAYS_SALESFORCE, SCHEMAS)
    history = here.store.document_history("mappings.contacts")
    assert here.apply(here.file.text()) == ConfigurationDiffView(())
    assert here.asked == []
    assert here.store.document_history("mappings.contacts") == history
    assert here.store.document_history("settings") == []


def test_exported_here_imported_there_and_exported_again_the_letters_are_the_same(
    here: Connection, there: Connection
) -> None:
    here.mappings.add("notes", {"Contact": "Description"}, Rule.TWO_WAY, SCHEMAS)
    here.mappings.set_rule("jobtitle", Rule.TWO_WAY)
    here.store.save_settings(msgspec.structs.replace(Settings(), allocation=9_000, on_conflict=OnConflict.HOLD))
    done = there.apply(here.file.text())
    assert len(done.changes) == 4
    assert there.body() == here.body()
    assert there.apply(here.file.text()).changes == ()


def test_each_change_is_told_in_words_with_the_records_that_it_would_change(here: Connection) -> None:
    here.mappings.add("more", {"Contact": "Age__c"}, Rule.ALWAYS_SALESFORCE, SCHEMAS)
    text = """\
format = 1
[connection]
allocation = 20000
on_conflict = "hold"
[contacts]
on_hubspot_change = "lead"
inclusion_list = "7"
[[contacts.mapping]]
property = "jobtitle"
Contact = "Title"
rule = "two_way"
values = [["Boss", "CEO"]]
[[contacts.mapping]]
property = "notes"
Contact = "Description"
"""
    assert here.preview(text).changes == (
        ConfigurationChangeView("setting", "allocation", "Allocated to HubSpot", "10,000", "20,000"),
        ConfigurationChangeView(
            "setting", "on_conflict", "When both sides edited a two-way field", "The newest edit wins", "Hold for review"
        ),
        ConfigurationChangeView(
            "setting", "contacts.on_hubspot_change", "When a HubSpot contact is created or updated",
            "Create or update a contact", "Create or update a lead", None, LEAD_WARNING,
        ),
        ConfigurationChangeView("setting", "contacts.inclusion_list", "Inclusion list", "none", "“Customers” (7)"),
        ConfigurationChangeView(
            "fields", "contacts.jobtitle", "Job title (jobtitle)", "Contact.Title / Lead.Title", "Contact.Title", 0
        ),
        ConfigurationChangeView(
            "rule", "contacts.jobtitle", "Job title (jobtitle)", "Prefer Salesforce unless blank", "Two-way", 0
        ),
        ConfigurationChangeView("values", "contacts.jobtitle", "Job title (jobtitle)", "no paired values", "Boss = CEO", 0),
        ConfigurationChangeView(
            "added", "contacts.notes", "notes", "", "Contact.Description, Prefer Salesforce unless blank", 0,
        ),
        ConfigurationChangeView("removed", "contacts.more", "more", "Contact.Age__c, Always use Salesforce", "", 0),
    )  # fmt: skip
    assert here.store.settings() == Settings()


def test_only_another_rule_or_other_values_change_records_and_where_that_cant_be_told_no_number_is(
    here: Connection,
) -> None:
    text = here.file.text()
    changed = text.replace(
        'Lead = "Title"\nrule = "prefer_salesforce"',
        'Lead = "Title"\nrule = "two_way"\nvalues = [["Boss", "CEO"]]',
    )
    assert [(change.kind, change.records) for change in here.preview(changed).changes] == [("rule", 2), ("values", 2)]
    assert here.asked[-1] == "records that jobtitle would change"
    here.counts = None
    assert [change.records for change in here.preview(changed).changes] == [None, None]
    here.counts = {"jobtitle": 2}
    off = text.replace('Lead = "Title"\nrule = "prefer_salesforce"', 'Lead = "Title"\nrule = "dont_sync"')
    asked = len(here.asked)
    assert [change.records for change in here.preview(off).changes] == [0]
    assert here.asked[asked:] == ["schemas of contacts"], "nothing moves that isn't synced"


def test_all_of_it_is_applied_in_one_transaction_or_nothing(here: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    text = here.file.text().replace("guard_share = 25", "guard_share = 9").replace('"prefer_salesforce"', '"two_way"')

    def fails(mappings: object) -> None:
        raise RuntimeError("no")

    with monkeypatch.context() as patched:
        patched.setattr(here.mappings, "replace", fails)
        with pytest.raises(RuntimeError, match="no"):
            here.apply(text)
    assert here.store.settings() == Settings()
    assert len(here.apply(text).changes) == 3
    assert here.store.settings().guard_share == 9
    assert {mapping.rule for mapping in here.mappings.all()} == {Rule.TWO_WAY, Rule.DONT_SYNC, Rule.ALWAYS_SALESFORCE}


def test_one_wrong_line_keeps_all_the_others_out(here: Connection) -> None:
    text = (
        here.file.text()
        .replace("guard_share = 25", "guard_share = 9")
        .replace("poll_seconds = 300", "poll_seconds = 1")
    )
    with pytest.raises(SetupError, match=r"Nothing was imported.*Line \d+: connection.poll_seconds: 1 .* 15 to 900"):
        here.apply(text)
    assert here.store.settings() == Settings()


def test_an_error_names_the_first_problems_and_counts_the_rest(here: Connection) -> None:
    with pytest.raises(SetupError, match="And 3 more"):
        here.apply("format = 1\n" + "".join(f"x{number} = 1\n" for number in range(8)))


def test_more_calls_than_the_org_allows_are_refused(here: Connection) -> None:
    assert problems(here, "format = 1\n[connection]\nallocation = 50001") == [
        "3 connection.allocation: 50,001 calls can't be allocated. "
        "It takes a whole number from 1 to 50,000, which is the org's own limit."
    ]
    assert here.preview("format = 1\n[connection]\nallocation = 50000").problems == ()


def test_a_list_that_the_portal_does_not_have_is_refused_with_those_that_it_has(here: Connection) -> None:
    assert problems(here, 'format = 1\n[contacts]\ninclusion_list = "8"') == [
        '3 contacts.inclusion_list: There is no active list “8” here. It takes "" or one of the portal\'s active lists: '
        "7 (Customers)."
    ]


@pytest.mark.parametrize(
    ("lines", "offset", "told"),
    [
        (['property = "nots"', 'Contact = "Description"'], 1, ".property: HubSpot has no property “nots”. Did you mean “notes”?"),
        (['property = "zzzz"', 'Contact = "Description"'], 1, ".property: HubSpot has no property “zzzz”."),
        (['property = "notes"', 'Lead = "Titel"'], 2, ".Lead: Salesforce has no field Lead.Titel. Did you mean “Title”?"),
        (['property = "notes"', 'Contact = "Photo"'], 0, ": “notes” can't be mapped with these fields: Compound and binary"),
        (['property = "size"', 'Lead = "Flag"', 'rule = "dont_sync"'], 0, ": “size” can't be mapped with these fields: “Flag” is"),
        (
            ['property = "size"', 'Contact = "Age__c"', 'rule = "two_way"'],
            3,
            ".rule: “Two-way” isn't possible for these fields. It takes one of: always_salesforce, dont_sync.",
        ),
        (
            ['property = "notes"', 'Contact = "Title"'],
            2,
            ".Contact: Contact.Title is mapped already, to “jobtitle”. Keep one of the two.",
        ),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_refused_with_the_reason(
    here: Connection, lines: list[str], offset: int, told: str
) -> None:
    """`offset`: the line that is to blame, counted from the mapping's first."""
    text = with_mapping(here, *lines)
    first = text.split("\n").index("[[contacts.mapping]]", text.count("\n") - len(lines) - 1) + 1
    [found] = problems(here, text)
    assert found.startswith(f"{first + offset} contacts.mapping{told}")


def test_what_a_mapping_loses_is_told(here: Connection) -> None:
    change = here.preview(
        with_mapping(here, 'property = "notes"', 'Contact = "Age__c"', 'rule = "always_salesforce"')
    ).changes[0]
    assert "can't be written in Salesforce" in change.warning


def test_a_default_mapping_rests_where_its_fields_are_missing_and_may_still_be_switched_off(here: Connection) -> None:
    changed = here.preview(here.file.text().replace('always_salesforce"\ndefault', 'dont_sync"\ndefault'))
    assert [(change.key, change.new) for change in changed.changes] == [("contacts.absent", "Don't sync")]


def test_a_default_mapping_whose_types_do_not_fit_can_only_be_switched_off(here: Connection) -> None:
    text = here.file.text().replace('"Staff"\nrule = "dont_sync"', '"Staff"\nrule = "two_way"')
    assert "don't go together" in problems(here, text)[0]


def test_a_mapping_that_was_made_before_a_field_went_away_is_no_hindrance(here: Connection) -> None:
    here.mappings.replace([*DEFAULTS, Mapping("gone", {"Contact": "Gone__c"}, Rule.TWO_WAY)])
    text = here.file.text()
    assert here.preview(text.replace("guard_share = 25", "guard_share = 9")).problems == ()
    off = here.preview(text.replace('"Gone__c"\nrule = "two_way"', '"Gone__c"\nrule = "dont_sync"'))
    assert [change.kind for change in off.changes] == ["rule"]


def test_a_system_that_cannot_be_asked_stops_the_import_with_its_own_words(here: Connection) -> None:
    here.unreachable = Unreachable("HubSpot doesn't answer.")
    with pytest.raises(Unreachable):
        here.apply(with_mapping(here, 'property = "notes"', 'Contact = "Description"'))
    assert here.mappings.all() == DEFAULTS


def test_what_somebody_else_changed_while_the_systems_were_asked_is_not_overwritten(here: Connection) -> None:
    here.meanwhile = True
    with pytest.raises(SetupError, match="changed meanwhile"):
        here.apply(with_mapping(here, 'property = "notes"', 'Contact = "Description"'))
    assert here.mappings.all()[0].rule is Rule.ALWAYS_HUBSPOT
    assert len(here.mappings.all()) == len(DEFAULTS)


def test_nothing_but_settings_and_mappings_is_touched(here: Connection) -> None:
    here.store.save_document("paused", True)
    here.apply(here.file.text().replace("guard_share = 25", "guard_share = 9"))
    assert here.store.document("paused") is True
    assert here.store.document("mappings.contacts") is None
    assert flat(here.store.settings()) == {**flat(Settings()), "guard_share": 9}
