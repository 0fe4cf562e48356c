"""What is promised whatever fails, and the tests that show it: tools/reliability.py makes docs/reliability.md of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promise, the tests that show it (`file::function`, under tests/), and what they do not show."""

    id: str
    text: str
    tests: tuple[str, ...]
    not_shown: str = ""


KILLS = "faults/test_apply_kills.py"
ANSWERS = "faults/test_apply_answers.py"
REGISTRY = "faults/test_registry_kills.py"
OUTSIDE = "faults/test_registry_outside.py"
CONCURRENT = "faults/test_apply_concurrent.py::Applies"
CUT = "faults/test_connection_cut.py::test_a_connection_that_is_cut_at_any_message"
POWER = "faults/test_power_loss.py::test_a_loss_of_power_behind_any_write"
CANCELLED = "faults/test_apply_cancelled.py::test_a_cancelled_job_is_ended_by_the_next_one"
CONSENT = "integration/test_plan_and_consent.py"
SERVER = "integration/test_cluster_server.py"
PROMISES = (
    Promise(
        id="P1",
        text="What was answered is not lost.",
        tests=(
            POWER,
            f"{REGISTRY}::test_killed_at_every_statement",
            f"{REGISTRY}::test_sixteen_processes_lose_no_write",
            f"{REGISTRY}::test_a_full_disk_is_told_and_leaves_the_registry_as_it_was",
            f"{OUTSIDE}::test_a_call_that_fails_is_told_and_mended",
            CUT,
            f"{ANSWERS}::test_every_answer_of_the_registry_is_lost_once",
        ),
        not_shown="Power loss is replayed for SQLite only: PostgreSQL's and a bucket's own promise is taken as given.",
    ),
    Promise(
        id="P2",
        text="Every object with our mark in the cluster has an intent on record.",
        tests=(f"{KILLS}::test_killed_at_every_call", f"{KILLS}::test_killed_again_and_again"),
        not_shown="A holder that lost its lease while a call was on its way may leave a template behind: it carries "
        "the mark, and `prune` shows it.",
    ),
    Promise(
        id="P3",
        text="`applied` is said only after the server's answer was seen.",
        tests=(
            f"{ANSWERS}::test_every_answer_to_a_write_is_lost",
            f"{SERVER}::test_a_write_without_a_clear_answer_is_unknown_and_sent_once",
        ),
    ),
    Promise(
        id="P4",
        text="After a death anywhere the same command converges without a human, and the plan is empty then.",
        tests=(
            f"{KILLS}::test_killed_at_every_call",
            f"{KILLS}::test_killed_and_then_something_else_is_applied",
            f"{KILLS}::test_killed_again_and_again",
            f"{KILLS}::test_a_killed_process_leaves_files_that_the_next_one_finishes",
            f"{KILLS}::test_a_process_killed_again_and_again_leaves_what_the_next_one_finishes",
            CANCELLED,
            f"{ANSWERS}::test_a_call_that_fails_at_any_place_is_told_and_mended",
        ),
    ),
    Promise(
        id="P5",
        text="A reader sees one revision or the next, never a mix.",
        tests=(
            POWER,
            f"{REGISTRY}::test_killed_at_every_statement",
            f"{REGISTRY}::test_a_half_written_transaction_is_undone_by_a_reader",
            f"{OUTSIDE}::test_a_call_that_fails_is_told_and_mended",
            CONCURRENT,
        ),
    ),
    Promise(
        id="P6",
        text="A writer that lost its lease writes nothing any more.",
        tests=(
            f"{OUTSIDE}::test_a_stopped_holder_wakes_late_and_writes_nothing",
            f"{ANSWERS}::test_a_writer_that_wakes_late_does_not_write_over_the_next",
            "contract/test_registry.py::test_an_expired_lease_is_taken_over_and_fences_off",
            CONCURRENT,
        ),
        not_shown="A stopped process is woken over SQLite, PostgreSQL and a store that is a folder; a bucket passes "
        "the contract in one process.",
    ),
    Promise(
        id="P7",
        text="Exactly the reviewed plan is applied, or nothing.",
        tests=(
            f"{CONSENT}::test_saved_plan_is_applied_once_and_only_as_it_is",
            f"{CONSENT}::test_saved_plan_of_another_domain_or_tool_or_edited",
            f"{REGISTRY}::test_two_applies_at_once_one_wins",
            CONCURRENT,
        ),
    ),
    Promise(
        id="P8",
        text="Only what is ours is deleted, by its UID, from a complete list, within the limit.",
        tests=(
            f"{ANSWERS}::test_a_list_that_is_cut_deletes_nothing",
            f"{ANSWERS}::test_unknown_runs_keep_their_templates",
            f"{ANSWERS}::test_an_old_list_is_not_believed_over_the_object_itself",
            f"{ANSWERS}::test_a_stranger_in_the_way_is_refused_and_untouched",
            f"{ANSWERS}::test_recreated_by_hand_is_a_stranger_and_never_deleted",
            f"{ANSWERS}::test_a_prune_needs_an_applied_tree_and_known_runs",
            f"{SERVER}::test_a_list_that_does_not_end_well_is_partial",
            "contract/cluster_contract.py::test_exactly_the_one_with_the_uid_is_deleted",
        ),
    ),
    Promise(
        id="P11",
        text="Never silently backwards.",
        tests=(
            f"{ANSWERS}::test_a_restored_older_registry_adopts_and_deletes_nothing",
            f"{ANSWERS}::test_another_cluster_is_refused_until_it_is_named",
            f"{CONSENT}::test_going_backwards_is_permitted_by_name_only",
            "contract/test_git_history.py::test_a_shallow_clone_proves_descent_and_nothing_else",
        ),
    ),
    Promise(
        id="P12",
        text="Time, memory and requests are bounded.",
        tests=(
            f"{SERVER}::test_a_busy_server_is_not_asked_for_ever",
            f"{SERVER}::test_a_busy_server_that_asks_for_an_hour_is_told_at_once",
            f"{SERVER}::test_a_server_that_takes_for_ever_is_left_in_time",
            f"{ANSWERS}::test_a_finalizer_delays_and_is_told",
            "contract/test_registry.py::test_a_locked_file_may_be_retried",
            "contract/test_store.py::test_a_server_that_is_not_there",
            "integration/test_hostile_projects.py::test_the_row_is_refused",
        ),
        not_shown="Memory: a hostile project ends within 256 MiB, an API server's answer at a bound of its own; that "
        "of a plan of 10,000 is a figure of `make bench`, and that of an apply to a large cluster is not measured.",
    ),
    Promise(
        id="P13",
        text="No secret is in any output.",
        tests=(
            "faults/test_no_secret_leaves.py::test_no_credential_is_in_any_output",
            "contract/test_store.py::test_a_wrong_secret_is_told_without_it",
            "unit/settings/test_settings.py::test_passwords_are_masked",
            f"{SERVER}::test_no_token_is_in_any_message",
        ),
        not_shown="What user code prints is the user's; a run's log holds it as it was printed.",
    ),
)

RUN_BY = {"contract/cluster_contract.py": "contract/test_cluster.py"}
"""A contract is run by the tests that take it over."""


def shown_by(nodeid: str, test: str) -> bool:
    """Whether a case is of a test function, with whatever parameters and in whatever class."""
    path, _, name = test.partition("::")
    where, _, rest = nodeid.removeprefix("tests/").partition("::")
    own = rest.partition("[")[0].split("::")
    return where == RUN_BY.get(path, path) and (name in own or f"Test{name}" in own)
