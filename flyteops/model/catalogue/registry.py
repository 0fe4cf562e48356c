"""Codes FO7xx: registry and guards of apply. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO700",
        "the domain has a cluster, which this version cannot apply to",
        "An apply that only wrote the registry would say that pods run what they do not run.",
        "Run `flyteops render --out DIR` and apply the files with kubectl.",
    ),
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
)
