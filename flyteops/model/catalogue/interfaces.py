"""Codes FO-I1xx: the named rules of a plan's interface axis. A code, once released, never changes its meaning.

FO-I10x to FO-I11x break whoever uses the part; FO-I12x are told and break nobody.
"""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO-I101",
        "input added without default",
        "Whoever starts or calls the thing gives the inputs that were known before; a new one without a default "
        "leaves those calls incomplete.",
        "Give the input a default, or change every caller in the same commit.",
    ),
    Entry(
        "FO-I102",
        "input removed",
        "Who gives an input that is gone is refused.",
        "Keep the input for a while and ignore it, or change every caller in the same commit.",
    ),
    Entry(
        "FO-I103",
        "input type narrowed or changed",
        "What was a good value before is refused now, or means something else.",
        "Take the old type too (A | B), add a second input, or change every caller in the same commit.",
    ),
    Entry(
        "FO-I104",
        "default changed",
        "Nobody is refused, but whoever leaves the input out gets another value than before.",
        "Nothing, if it is meant; who wants the old value writes it down.",
    ),
    Entry(
        "FO-I105",
        "default removed: the input is required now",
        "Who left the input out is refused now.",
        "Keep the default, or give the input in every caller in the same commit.",
    ),
    Entry(
        "FO-I106",
        "enum value removed from an input",
        "Who gives that value is refused now.",
        "Keep the value until nobody gives it, or change every caller in the same commit.",
    ),
    Entry(
        "FO-I107",
        "output removed or renamed",
        "Who reads the output finds nothing.",
        "Keep the output beside the new one until nobody reads it, or change every reader in the same commit.",
    ),
    Entry(
        "FO-I108",
        "output type widened or changed",
        "Who reads the output gets values that it was not made for.",
        "Add a second output of the new type, or change every reader in the same commit.",
    ),
    Entry(
        "FO-I109",
        "launch-plan input fixed: callers may not give it any more",
        "Whoever starts the launch plan and gives this input is refused now.",
        "Make it a default input, or declare a second launch plan that fixes it.",
    ),
    Entry(
        "FO-I110",
        "launch plan runs another workflow",
        "Whoever starts the launch plan gives inputs and waits for outputs of the workflow that it ran before.",
        "Declare a second launch plan for the other workflow.",
    ),
    Entry(
        "FO-I121",
        "input added with a default",
        "Calls stay complete: who does not know the input gets its default.",
        "Nothing has to be done.",
    ),
    Entry(
        "FO-I122",
        "input type widened",
        "Every value that was good before still is.",
        "Nothing has to be done.",
    ),
    Entry(
        "FO-I123",
        "output added",
        "Who does not know the output does not read it.",
        "Nothing has to be done.",
    ),
    Entry(
        "FO-I124",
        "output type narrowed",
        "Every value that comes now could have come before.",
        "Nothing has to be done.",
    ),
    Entry(
        "FO-I125",
        "launch-plan input unfixed: callers may give it now",
        "Calls stay as good as they were; who starts the launch plan may now choose the value.",
        "Nothing, if it is meant.",
    ),
    Entry(
        "FO-I126",
        "schedule changed",
        "The launch plan starts at other times; the plan tells the next ones.",
        "Nothing, if it is meant.",
    ),
)
