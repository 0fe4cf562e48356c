"""Values in a plan's text: short, and the difference in sight."""

from flyteops.plan.readable import short_pair


def test_short_values_stand_whole():
    assert short_pair(1, "two") == ("1", '"two"')


def test_long_values_that_begin_alike_are_shown_where_they_differ():
    before, after = short_pair(list(range(100)), [*range(100), 7])
    assert (before, after) == ("…95, 96, 97, 98, 99]", "…95, 96, 97, 98, 99, 7]")


def test_long_values_that_differ_at_once_are_cut_at_the_end():
    assert short_pair("a" * 100, "b" * 100, 10) == ('"aaaaaaaa…', '"bbbbbbbb…')
