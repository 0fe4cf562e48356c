"""Codes FO7xx: registry and guards of apply. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO701",
        "the work tree differs from the commit",
        "What is applied is what was reviewed: apply reads a commit, never files that nobody can name.",
        "Commit, or apply what is committed with `--commit HEAD`.",
    ),
    Entry(
        "FO702",
        "the domain takes commits only",
        "In a domain with `protect:`, what runs can always be named by a commit.",
        "Commit, then apply without `--allow-dirty`.",
    ),
    Entry(
        "FO703",
        "init would overwrite files",
        "Nothing that exists is overwritten.",
        "Start in an empty folder.",
    ),
    Entry(
        "FO711",
        "the registry is from a newer version of flyteops",
        "A registry is migrated forward only; an older tool might write what the newer one does not expect.",
        "Upgrade flyteops.",
    ),
    Entry(
        "FO712",
        "the file is not a registry of flyteops, or it is damaged",
        "What is read from a registry is checked; nothing is written to a file that fails the check.",
        "Restore the file from a backup, or name another file in `registry:`.",
    ),
    Entry(
        "FO713",
        "somebody else is applying to this domain",
        "One apply at a time writes a domain; the right to write is a lease that ends by itself.",
        "Wait until it ends, then plan again.",
    ),
    Entry(
        "FO714",
        "the right to write was lost",
        "Every write begins by proving the lease; who was superseded writes nothing more.",
        "Plan again; what was already recorded is found and finished.",
    ),
    Entry(
        "FO715",
        "the registry moved since the plan was made",
        "A plan is applied to exactly the generation that it was made from.",
        "Plan again and look at what changed.",
    ),
    Entry(
        "FO716",
        "an embedded registry would vanish with this CI job",
        "A registry that is a file serves one machine; under CI none is created.",
        "Use a shared registry (`registry: ${FLYTEOPS_REGISTRY}`), or restore the file before the job.",
    ),
    Entry(
        "FO717",
        "the registry would lie on a network file system",
        "SQLite's locks do not hold there, and two writers would damage the file.",
        "Put the file on a local disk, or use a shared registry.",
    ),
    # Guards of a plan: flyteops/plan/guards.py.
    Entry(
        "FO720",
        "the tree declares nothing, and everything would be retired",
        "An empty target against a registry that holds something is refused: a wrong folder looks the same.",
        "Check `declarations:` in flyteops.yaml; to retire a project, leave one entity in it.",
    ),
    Entry(
        "FO721",
        "more would be retired than the domain permits",
        "`protect.prune_limit` bounds the share of a domain's entities that one apply may retire.",
        "Declare renamed entities under `moved:`, retire in smaller steps, or raise the limit.",
    ),
    Entry(
        "FO722",
        "the plan belongs to another registry, project or domain",
        "A plan is applied only to the registry, project and domain that it was made from.",
        "Plan again against this registry.",
    ),
    Entry(
        "FO723",
        "the saved plan is out of date",
        "`apply FILE` plans again at the commit of the file and carries out that plan, when it is the same one: same "
        "commit, registry, generation, domain and version of the tool.",
        "Plan again with --out, have the new plan reviewed, and apply that file.",
    ),
    Entry(
        "FO724",
        "the commit is older than the applied one",
        "An apply goes forward in history: an old job that runs late must not undo what was applied after it.",
        "Go back with `flyteops rollback`, or revert in git and apply the new commit.",
    ),
    Entry(
        "FO725",
        "whether the commit comes after the applied one is unknown",
        "What this clone cannot know is not guessed: history that was not fetched may say that it is older.",
        "Fetch the history (`git fetch --unshallow`; in CI `fetch-depth: 0`), then apply again.",
    ),
    Entry(
        "FO726",
        "a change wants consent, and it is not given",
        "Where `protect.consent` names breaking or retire, such a change is permitted by an entry of "
        "flyteops.consent.yaml: its address, its rule and a reason, matched exactly and spent once.",
        "Add the entry in the same commit, so that it is reviewed with the change.",
    ),
    Entry(
        "FO731",
        "there is no such generation",
        "A rollback goes to what was applied once; generations are counted from 1.",
        "See `flyteops history`.",
    ),
    Entry(
        "FO732",
        "the generation is no longer kept whole",
        "`registry gc` drops records that only old revisions name; a generation comes back whole or not at all.",
        "Go back to a newer generation, or apply its commit again.",
    ),
    Entry(
        "FO733",
        "the PostgreSQL server is too old",
        "A registry needs PostgreSQL 15 or newer, which still gets fixes.",
        "Upgrade the server, or name another one in `registry:`.",
    ),
    Entry(
        "FO734",
        "the store does not keep the conditions of writes",
        "A `store:` registry rests on compare-and-swap. A store that writes all the same lets two applies both win, so "
        "each apply tries the conditions first.",
        "Use a store that keeps If-Match and If-None-Match, or a postgresql: registry.",
    ),
    Entry(
        "FO735",
        "the file is no snapshot of a registry",
        "A plan is made against a snapshot only when it fits its schema and its digests.",
        "Make it anew with `flyteops registry snapshot --out FILE`.",
    ),
    Entry(
        "FO736",
        "the domain has a cluster, and its objects would stay",
        "What runs in a cluster is made from a commit's program. Rollback reads the commit that was applied then, and "
        "goes back when it gives exactly what the generation held: not after an apply of uncommitted files, not when "
        "the tool or a lock gives other entities today, not to another cluster or namespace.",
        "Revert in git and apply that commit.",
    ),
    Entry(
        "FO737",
        "the commit does not contain the applied one",
        "In a domain with `protect:` every apply contains the one before it, so that none undoes another by the way; a "
        "commit that shares no history with the applied one is refused in every domain.",
        "Merge the applied commit, or rebase onto it, then apply.",
    ),
)
