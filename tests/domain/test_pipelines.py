"""Which pipelines and stages of one system are likely those of the other."""

from __future__ import annotations

from crmsync_desktop.domain.pipelines import Pipeline, Stage, first_of, folded, match_pipelines, match_stages

SALES_STAGES = (
    ("Prospecting", 0.1),
    ("Qualification", 0.1),
    ("Needs Analysis", 0.2),
    ("Value Proposition", 0.5),
    ("Id. Decision Makers", 0.6),
    ("Perception Analysis", 0.7),
    ("Proposal/Price Quote", 0.75),
    ("Negotiation/Review", 0.9),
)
WON, LOST = Stage("Closed Won", "Closed Won", True, True, 1.0), Stage("Closed Lost", "Closed Lost", True, False, 0.0)
OPPORTUNITIES = Pipeline("", "", (*(Stage(name, name, False, False, share) for name, share in SALES_STAGES), WON, LOST))
DEALS = Pipeline(
    "default",
    "Sales Pipeline",
    (
        Stage("appointmentscheduled", "Appointment Scheduled", False, False, 0.2),
        Stage("qualifiedtobuy", "Qualified To Buy", False, False, 0.4),
        Stage("presentationscheduled", "Presentation Scheduled", False, False, 0.6),
        Stage("decisionmakerboughtin", "Decision Maker Bought-In", False, False, 0.8),
        Stage("contractsent", "Contract Sent", False, False, 0.9),
        Stage("closedwon", "Closed Won", True, True, 1.0),
        Stage("closedlost", "Closed Lost", True, False, 0.0),
    ),
)


def pipeline(id: str, *names: str, label: str = "", default: bool = False, active: bool = True) -> Pipeline:
    return Pipeline(id, label or id, tuple(Stage(name, name) for name in names), default, active)


def places(source: Pipeline, target: Pipeline) -> list[int]:
    """Where the target's stages of the source's open ones stand, in order."""
    found, ids = match_stages(source, target), [stage.id for stage in target.stages]
    return [ids.index(found[stage.id]) for stage in source.stages if not stage.closed]


def test_labels_fold_case_spaces_and_punctuation() -> None:
    assert folded("Closed-Won ") == folded("closedwon") == "closedwon"
    assert folded("Ｎｅｗ") == "new"


def test_both_systems_own_stages_find_each_other() -> None:
    assert match_stages(OPPORTUNITIES, DEALS) == {
        "Prospecting": "appointmentscheduled",
        "Qualification": "appointmentscheduled",
        "Needs Analysis": "appointmentscheduled",
        "Value Proposition": "presentationscheduled",
        "Id. Decision Makers": "presentationscheduled",
        "Perception Analysis": "decisionmakerboughtin",
        "Proposal/Price Quote": "decisionmakerboughtin",
        "Negotiation/Review": "contractsent",
        "Closed Won": "closedwon",
        "Closed Lost": "closedlost",
    }
    assert match_stages(DEALS, OPPORTUNITIES) == {
        "appointmentscheduled": "Needs Analysis",
        "qualifiedtobuy": "Value Proposition",
        "presentationscheduled": "Id. Decision Makers",
        "decisionmakerboughtin": "Proposal/Price Quote",
        "contractsent": "Negotiation/Review",
        "closedwon": "Closed Won",
        "closedlost": "Closed Lost",
    }


def test_tickets_go_by_place_since_they_have_no_probability() -> None:
    tickets = pipeline("0", "New", "Waiting on contact", "Waiting on us")
    cases = pipeline("", "New", "Working", "Escalated")
    assert places(tickets, cases) == [0, 1, 2]
    assert places(cases, tickets) == [0, 1, 2]
    assert places(pipeline("", "One"), tickets) == [0]


def test_equal_names_stay_together_and_the_others_order_around_them() -> None:
    source = pipeline("a", "First", "Middle", "Third", "Last")
    target = pipeline("b", "One", "Two", "MIDDLE", "Four")
    assert places(source, target) == [0, 2, 2, 3]
    crossed = pipeline("c", "Last", "First", "Middle")
    assert places(source, crossed) == [1, 2, 1, 0], "names beat order"


def test_a_stage_between_two_that_stand_the_other_way_round_goes_anywhere() -> None:
    source = pipeline("a", "One", "Between", "Two")
    target = pipeline("b", "Two", "Other", "One")
    assert places(source, target) == [2, 1, 0]


def test_closed_goes_to_closed_of_its_kind_or_nowhere() -> None:
    won, lost = Stage("w", "Signed", True, True), Stage("l", "Dropped", True, False)
    full = Pipeline("p", "P", (Stage("o", "Open"), won, lost))
    other = Pipeline("q", "Q", (Stage("x", "Run"), Stage("y", "Gone", True, False), Stage("z", "Yes", True, True)))
    assert match_stages(full, other) == {"o": "x", "w": "z", "l": "y"}
    assert match_stages(full, Pipeline("q", "Q", (Stage("z", "Yes", True, True),))) == {"w": "z"}
    assert match_stages(full, Pipeline("q", "Q", (Stage("d", "Dropped", True, True),))) == {"w": "d"}, (
        "never lost to won"
    )
    closed = Pipeline("t", "T", (Stage("c", "Closed", True),))
    assert match_stages(closed, Pipeline("u", "U", (Stage("c1", "Closed"), Stage("c2", "Done", True)))) == {"c": "c2"}


def test_nothing_goes_to_a_stage_or_pipeline_that_is_no_longer_given_but_what_has_it_reads() -> None:
    old = Stage("old", "Old", active=False)
    source, target = Pipeline("a", "A", (old, Stage("new", "New"))), pipeline("b", "Old", "New")
    assert match_stages(source, target) == {"old": "Old", "new": "New"}
    assert match_stages(target, source) == {"Old": "new", "New": "new"}
    gone = pipeline("gone", "x", active=False)
    assert match_pipelines([gone, target], [gone, source]) == {"gone": "a", "b": "a"}
    assert match_pipelines([target], [gone]) == {}


def test_pipelines_go_by_name_then_by_stages_then_to_the_default() -> None:
    sales, renewals = pipeline("1", "a", "b", label="Sales"), pipeline("2", "c", "d", "e", label="Renewals")
    named, alike = pipeline("012A", "a", label="SALES!"), pipeline("012B", "C", "D", "x", label="Other")
    default = pipeline("012C", "y", label="Default one", default=True)
    targets = [named, alike, default]
    assert match_pipelines([sales, renewals, pipeline("3", "y", "z", label="New")], targets) == {
        "1": "012A",
        "2": "012B",
        "3": "012C",
    }
    assert match_pipelines([sales], []) == {}
    twins = [pipeline("012A", "c", "d"), pipeline("012B", "c", "d")]
    assert match_pipelines([renewals], twins) == {"2": "012A"}, "two alike: neither, so the first"
    assert match_pipelines([pipeline("5")], twins) == {"5": "012A"}
    assert match_pipelines(
        [pipeline("default", "q", label="Pipeline")], [named, default, pipeline("9", label="DEFAULT")]
    ) == {"default": "9"}, "an id that says something is a name, too"


def test_the_first_of_pipelines() -> None:
    one, two = pipeline("1"), pipeline("2", default=True)
    assert first_of([one, two]) is two
    assert first_of([one]) is one
    assert first_of([pipeline("3", active=False)]) is None
