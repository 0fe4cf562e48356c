"""Codes FO8xx: Argo and Kubernetes objects. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO801",
        "the workflow does not fit into one object of Argo",
        "Argo takes 200 templates and 200 tasks in one piece; nested pieces are made as far as they help.",
        "Use a map instead of many nodes, share resource profiles, or split the workflow.",
    ),
    Entry(
        "FO802",
        "a switch has more steps than Argo takes in one piece",
        "A switch and all steps of its cases stay in one piece, because each asks which branch was taken; 200 steps.",
        "Move work out of the cases, or use a map.",
    ),
    Entry(
        "FO803",
        "the object is too large",
        "One object of Kubernetes has at most 1 MiB, and its run's state needs a part of that: above 80 % is refused.",
        "Put large literals into files, use a map instead of many nodes, or split the workflow.",
    ),
    Entry(
        "FO804",
        "text that the engine would change or cannot carry",
        "Argo replaces what stands between two braces, wherever it is in a pod; control characters are not taken.",
        "Leave them out, or hand the text over as an input: inputs are never read by the engine.",
    ),
    Entry(
        "FO805",
        "a schedule that Argo's clock cannot keep",
        "The clock knows five fields, the aliases, zones of the form Area/City, and no counting of days beyond one.",
        "Write a cron line, or an `every` that divides an hour or a day, or is 1d or 1w.",
    ),
    Entry(
        "FO806",
        "not a reference to an image",
        "A pod's image is registry/name with a tag or a digest, in small letters.",
        "Write registry/name:tag or registry/name@sha256:<64 hex digits>.",
    ),
    Entry(
        "FO807",
        "too much is written into one node",
        "What a step is told travels as one argument of its pod, at most 100 KiB.",
        "Put the large literal into a file and hand over the file.",
    ),
    Entry(
        "FO808",
        "a label or annotation that belongs to somebody else",
        "Keys of the engine, of Kubernetes and of what injects containers change how a pod runs; app.kubernetes.io is "
        "free.",
        "Choose a prefix of your own, such as acme.com/.",
    ),
    Entry(
        "FO809",
        "not a name that Kubernetes takes",
        "Namespaces and service accounts are small letters, digits and dashes.",
        "Write the name in that form.",
    ),
)
