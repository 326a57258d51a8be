"""The planner's invariants (docs/sync.md), on one record that is perturbed twice."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmsync_desktop.domain.records import Side
from tests.domain import invariants
from tests.domain.two_sides import Record, records

sides = st.sampled_from(Side)
often = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])


@often
@given(records(doors=True))
def test_i1_planning_and_writing_ends(record: Record) -> None:
    invariants.i1_terminates(record)


@often
@given(records())
def test_i2_quiet_means_the_same_on_both_sides_or_a_difference_that_is_allowed(record: Record) -> None:
    invariants.i2_converges(record)


@often
@given(records(lone=True))
def test_i3_no_lone_edit_is_lost(record: Record) -> None:
    invariants.i3_no_lone_edit_is_lost(record)


@often
@given(records())
def test_i3_a_held_conflict_touches_nothing(record: Record) -> None:
    invariants.i3_a_held_conflict_touches_nothing(record)


@often
@given(records())
def test_i4_nothing_is_invented(record: Record) -> None:
    invariants.i4_nothing_is_invented(record)


@often
@given(records(doors=True))
def test_i5_quiet_stays_quiet(record: Record) -> None:
    invariants.i5_quiet_stays_quiet(record)


@often
@given(records())
def test_i5_what_a_system_makes_of_a_value_is_not_an_edit(record: Record) -> None:
    invariants.i5_an_echo_is_not_an_edit(record)


@often
@given(records())
def test_i5_what_is_equal_on_both_sides_is_never_written(record: Record) -> None:
    invariants.i5_what_is_equal_is_never_written(record)


@often
@given(records())
def test_i6_order_within_a_batch_does_not_matter(record: Record) -> None:
    invariants.i6_order_within_a_batch_does_not_matter(record)


@often
@given(records(mirrors=True))
def test_i7_swapping_sides_and_rules_swaps_the_plan(record: Record) -> None:
    invariants.i7_mirrors(record)


@often
@given(records())
def test_i8_one_way_is_one_way(record: Record) -> None:
    invariants.i8_one_way_is_one_way(record)


@often
@given(records())
def test_i9_stopping_anywhere_comes_to_the_same_end(record: Record) -> None:
    invariants.i9_stop_anywhere_and_go_on(record)


@often
@given(records(presences=True))
def test_i10_edit_beats_delete_no_base_no_delete_unseen_never_deletes(record: Record) -> None:
    invariants.i10_edit_beats_delete(record)


@often
@given(records())
def test_i10_an_unseen_field_is_never_written(record: Record) -> None:
    invariants.i10_unseen_is_never_written(record)


@often
@given(records(), sides)
def test_a_record_made_on_the_other_side_settles(record: Record, source: Side) -> None:
    invariants.a_create_settles(record, source)
