"""The named interface rules: what a change of an interface means to those who use it. Codes are permanent; titles and
pages are in the catalogue (model/catalogue/interfaces.py)."""

from __future__ import annotations

from flyteops.model.frozen import frozen


@frozen(kw_only=False)
class Rule:
    """A rule by its code; `breaking` rules break whoever uses the part, if anybody does."""

    code: str
    breaking: bool


INPUT_ADDED = Rule("FO-I101", True)
INPUT_REMOVED = Rule("FO-I102", True)
INPUT_TYPE = Rule("FO-I103", True)
DEFAULT_CHANGED = Rule("FO-I104", False)
DEFAULT_REMOVED = Rule("FO-I105", True)
ENUM_VALUE_REMOVED = Rule("FO-I106", True)
OUTPUT_REMOVED = Rule("FO-I107", True)
OUTPUT_TYPE = Rule("FO-I108", True)
INPUT_FIXED = Rule("FO-I109", True)
WORKFLOW_SWAPPED = Rule("FO-I110", True)
INPUT_ADDED_DEFAULT = Rule("FO-I121", False)
INPUT_WIDENED = Rule("FO-I122", False)
OUTPUT_ADDED = Rule("FO-I123", False)
OUTPUT_NARROWED = Rule("FO-I124", False)
INPUT_UNFIXED = Rule("FO-I125", False)
SCHEDULE_CHANGED = Rule("FO-I126", False)

RULES: tuple[Rule, ...] = (
    INPUT_ADDED, INPUT_REMOVED, INPUT_TYPE, DEFAULT_CHANGED, DEFAULT_REMOVED, ENUM_VALUE_REMOVED, OUTPUT_REMOVED,
    OUTPUT_TYPE, INPUT_FIXED, WORKFLOW_SWAPPED, INPUT_ADDED_DEFAULT, INPUT_WIDENED, OUTPUT_ADDED, OUTPUT_NARROWED,
    INPUT_UNFIXED, SCHEDULE_CHANGED,
)  # fmt: skip
