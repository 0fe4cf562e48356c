# ruff: noqa: E501  # a message stands whole on its line
from __future__ import annotations

import datetime as dt

import pytest

from flyteops.execution.schedule import (
    BadCron,
    BadPace,
    cron_line,
    cron_of_every,
    parse_cron,
    read_every,
    spelled,
    zone_of,
)


def test_every_form_of_a_field() -> None:
    cron = parse_cron("*/20 1-3,22 ? jan-MAR Mon,fri,7")
    assert cron.minutes == (0, 20, 40)
    assert cron.hours == (1, 2, 3, 22)
    assert cron.days == tuple(range(1, 32))
    assert cron.months == (1, 2, 3)
    assert cron.weekdays == (0, 1, 5)
    assert (cron.any_day, cron.any_weekday) == (True, False)


@pytest.mark.parametrize("alias", ["@hourly", "@daily", "@weekly", "@monthly", "@yearly"])
def test_aliases(alias: str) -> None:
    assert parse_cron(alias).minutes == (0,)


def test_restricted_days_are_an_or_as_in_cron() -> None:
    cron = parse_cron("0 0 13 * 5")
    assert cron.matches_day(dt.date(2026, 2, 13))
    assert cron.matches_day(dt.date(2026, 1, 13))
    assert cron.matches_day(dt.date(2026, 1, 16))
    assert not cron.matches_day(dt.date(2026, 1, 14))


def test_a_range_of_days_may_end_on_sunday() -> None:
    assert parse_cron("0 0 * * fri-sun").weekdays == (0, 5, 6)
    assert parse_cron("0 0 * * 5-7").weekdays == (0, 5, 6)


def test_29_february_comes() -> None:
    assert parse_cron("0 0 29 2 *").matches_day(dt.date(2028, 2, 29))


@pytest.mark.parametrize(
    ("line", "message", "span", "way_out"),
    [
        ("0 0 30 2 *", "this day never comes", (4, 8), "of these months the longest has 29 days"),
        ("0 0 31 4,6 *", "this day never comes", (4, 10), "of these months the longest has 30 days"),
        ("60 * * * *", "60 is no minute", (0, 2), "the minute is 0 to 59"),
        ("0 24 * * *", "24 is no hour", (2, 4), "the hour is 0 to 23"),
        ("0 0 0 * *", "0 is no day of the month", (4, 5), "the day of the month is 1 to 31"),
        ("0 0 * * 1,8", "8 is no day of the week", (10, 11), "the day of the week is 0 to 7"),
        ("*/0 * * * *", '"*/0" has no step', (0, 3), "after / a number from 1 to 59 stands, as in */15"),
        ("5-1 * * * *", "5-1 goes backwards", (0, 3), "write 1-5, or two ranges with a comma"),
        ("@annually", "@annually is not known", (0, 9), "write @yearly"),
        ("@often", "@often is not known", (0, 6), "aliases: @hourly, @daily, @weekly, @monthly, @yearly"),
        (
            "0 0 2 * * *",
            "6 fields instead of five",
            (0, 11),
            'seconds and years are not known: five fields: minute, hour, day of the month, month, day of the week, as in "0 2 * * *"',
        ),
        (
            "0 0 * foo *",
            '"foo" is no month',
            (6, 9),
            "the month is 1 to 12 or jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec, with * , - and /",
        ),
    ],
)
def test_faults_have_their_field_and_a_way_out(line: str, message: str, span: tuple[int, int], way_out: str) -> None:
    with pytest.raises(BadCron) as raised:
        parse_cron(line)
    assert (raised.value.message, (raised.value.start, raised.value.end), raised.value.way_out) == (
        message,
        span,
        way_out,
    )
    assert raised.value.never == ("never" in message)


def test_an_impossible_day_with_a_weekday_still_comes() -> None:
    assert parse_cron("0 0 30 2 mon").matches_day(dt.date(2026, 2, 2))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1m", 60),
        ("15m", 900),
        ("1h", 3600),
        ("PT6H", 21_600),
        ("24h", 86_400),
        ("1w", 604_800),
        ("2d", 172_800),
    ],
)
def test_paces_that_serve(text: str, seconds: int) -> None:
    assert read_every(text) == seconds


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("7m", "6m and 10m"),
        ("90m", "1h and 2h"),
        ("45s", "1m"),
        ("5h", "4h and 6h"),
        ("16h", "12h and 1d"),
        ("36h", "1d and 2d"),
        ("40m", "30m and 1h"),
    ],
)
def test_paces_that_do_not_serve_name_the_two_nearest(text: str, near: str) -> None:
    with pytest.raises(BadPace) as raised:
        read_every(text)
    assert raised.value.message == f"{text} does not divide the clock evenly"
    assert raised.value.way_out == f"the nearest that do: {near}; or write cron:"


def test_a_pace_needs_a_unit() -> None:
    with pytest.raises(BadPace, match="6 is no duration"):
        read_every("6")


def test_spelled() -> None:
    assert [spelled(each) for each in (60, 5400, 86_400, 1_209_600, 59)] == ["1m", "90m", "1d", "2w", "59s"]


@pytest.mark.parametrize("name", ["Berlin", "CET", "Europe/Berln", "../etc/passwd", "", "Europe/Berlin/../x"])
def test_zones_that_are_none(name: str) -> None:
    assert zone_of(name) is None


def test_zones() -> None:
    assert zone_of("UTC") is dt.UTC
    assert str(zone_of("Europe/Berlin")) == "Europe/Berlin"


def test_the_line_as_engines_read_it() -> None:
    assert cron_line("@weekly") == "0 0 * * 0"
    assert cron_line(" 0  2 ? * 1,7 ") == "0 2 * * 0,1"
    assert cron_line("0 0 * * fri-sun") == "0 0 * * 0,5,6"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1m", "* * * * *"),
        ("15m", "*/15 * * * *"),
        ("1h", "0 * * * *"),
        ("PT6H", "0 */6 * * *"),
        ("24h", "0 0 * * *"),
        ("1w", "0 0 * * 1"),
        ("2d", None),
    ],
)
def test_the_line_of_a_pace(text: str, line: str | None) -> None:
    assert cron_of_every(text) == line
