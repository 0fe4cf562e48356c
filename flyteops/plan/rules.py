"""The named interface rules: what a change of an interface means to those who use it. Codes are permanent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its code; `breaking` rules break whoever uses the part, if anybody does."""

    code: str
    title: str
    breaking: bool


INPUT_ADDED = Rule("FO-I101", "input added without default", True)
INPUT_REMOVED = Rule("FO-I102", "input removed", True)
INPUT_TYPE = Rule("FO-I103", "input type narrowed or changed", True)
DEFAULT_CHANGED = Rule("FO-I104", "default changed", False)
DEFAULT_REMOVED = Rule("FO-I105", "default removed: the input is required now", True)
ENUM_VALUE_REMOVED = Rule("FO-I106", "enum value removed from an input", True)
OUTPUT_REMOVED = Rule("FO-I107", "output removed or renamed", True)
OUTPUT_TYPE = Rule("FO-I108", "output type widened or changed", True)
INPUT_FIXED = Rule("FO-I109", "launch-plan input fixed: callers may not give it any more", True)
WORKFLOW_SWAPPED = Rule("FO-I110", "launch plan runs another workflow", True)
INPUT_ADDED_DEFAULT = Rule("FO-I121", "input added with a default", False)
INPUT_WIDENED = Rule("FO-I122", "input type widened", False)
OUTPUT_ADDED = Rule("FO-I123", "output added", False)
OUTPUT_NARROWED = Rule("FO-I124", "output type narrowed", False)
INPUT_UNFIXED = Rule("FO-I125", "launch-plan input unfixed: callers may give it now", False)
SCHEDULE_CHANGED = Rule("FO-I126", "schedule changed", False)

RULES: tuple[Rule, ...] = (
    INPUT_ADDED, INPUT_REMOVED, INPUT_TYPE, DEFAULT_CHANGED, DEFAULT_REMOVED, ENUM_VALUE_REMOVED, OUTPUT_REMOVED,
    OUTPUT_TYPE, INPUT_FIXED, WORKFLOW_SWAPPED, INPUT_ADDED_DEFAULT, INPUT_WIDENED, OUTPUT_ADDED, OUTPUT_NARROWED,
    INPUT_UNFIXED, SCHEDULE_CHANGED,
)  # fmt: skip
