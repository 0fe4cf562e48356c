from __future__ import annotations

import pytest

from flyteops.source.quantities import duration_s, limit_fault, quantity_fault, quantity_nano

NO_DURATION = (
    "not a duration",
    "write numbers with w d h m s ms in falling order, such as 1h30m, or ISO 8601 as PT1H30M",
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90m", 5400), ("1h30m", 5400), ("2d", 172_800), ("4w", 2_419_200), ("30s", 30), ("1ms", 0.001),
        ("1m1ms", 60.001), ("1w1d1h1m1s1ms", 694_861.001), ("0s", 0), ("007s", 7), ("366d", 31_622_400),
        ("PT1H", 3600), ("P1D", 86_400), ("P2W", 1_209_600), ("P1DT2H3M4S", 93_784), ("PT0.5S", 0.5), ("PT0,25S", 0.25),
    ],
)  # fmt: skip
def test_durations(text: str, seconds: float) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "30", "1.5h", "30m1h", "1h1h", "1H", "1 h", "-1s", "1y", "1M", "P", "PT", "P1DT", "P1Y", "P1M", "PT1.5H",
     "p1d", "P1W1D", "367d", "٣s", "1s\n", "9" * 100 + "s"],
)  # fmt: skip
def test_what_is_no_duration(text: str) -> None:
    assert duration_s(text) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("10m", None),
        ("366d", None),
        ("0s", ("a limit must be above 0", "delete it for no limit")),
        ("30", ("a duration needs a unit", "write 30s for seconds")),
        ("367d", ("at most 366d is allowed", "check the unit: w d h m s ms")),
        ("P99999D", ("at most 366d is allowed", "check the unit: w d h m s ms")),
        ("soon", NO_DURATION),
        ("1m1h", NO_DURATION),
    ],
)
def test_limits_of_time(text: str, fault: tuple[str, str] | None) -> None:
    assert limit_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("1", 10**9), ("500m", 5 * 10**8), ("0.5", 5 * 10**8), ("1.5Gi", 3 * 2**29 * 10**9), ("2k", 2 * 10**12),
        ("1E", 10**27), ("100n", 100), ("0", 0), ("0Mi", 0),
    ],
)  # fmt: skip
def test_quantities(text: str, nano: int) -> None:
    assert quantity_nano(text) == nano


@pytest.mark.parametrize("text", ["", "1e3", "1E3", "+1", "-1", ".5", "1.", "1 Gi", "8GB", "1ki", "1K", "٣", "1" * 50])
def test_what_is_no_quantity(text: str) -> None:
    assert quantity_nano(text) is None


@pytest.mark.parametrize(
    ("text", "of_bytes", "fault"),
    [
        ("8Gi", True, None),
        ("500m", False, None),
        ("0.5", False, None),
        ("0", False, ("zero is not allowed", "delete it to ask for nothing")),
        ("0.0Gi", True, ("zero is not allowed", "delete it to ask for nothing")),
        ("1e3", True, ("exponents are not allowed", "write the number out, with a suffix such as M or Gi")),
        ("128m", True, ("thousandths of a byte make no sense", "write 128Mi for mebibytes")),
        ("0.5", True, ("thousandths of a byte make no sense", "write a unit, such as 512Mi or 0.5Gi")),
        ("8GB", True, ("not a quantity of bytes", "write 512Mi or 8Gi; did you mean 8Gi?")),
        ("8 gib", True, ("not a quantity of bytes", "write 512Mi or 8Gi; did you mean 8Gi?")),
        ("lots", False, ("not a quantity of cpu", "write 2, 0.5 or 500m")),
    ],
)
def test_amounts(text: str, *, of_bytes: bool, fault: tuple[str, str] | None) -> None:
    assert quantity_fault(text, of_bytes=of_bytes) == fault
