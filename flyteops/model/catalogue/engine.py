"""Codes FO8xx: objects of Argo; FO760 to FO789: applying to a cluster. A code, once released, never changes."""

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
        "FO820",
        "something that runs on this machine only, so far",
        "What is emitted for a cluster does what the same declaration does here; what cannot be emitted so is refused.",
        "Run it with flyteops run, or take it out for the domains that have a cluster.",
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
    Entry(
        "FO830",
        "a queue that a pod's label cannot say",
        "Kueue admits a pod by its label kueue.x-k8s.io/queue-name, which holds one name of at most 63 characters.",
        "Shorten the name, or take the label of the same key away.",
    ),
    # A cluster that is applied to: flyteops/operations/cluster_faults.py.
    Entry(
        "FO760",
        "an object of that name is there, and this registry did not make it",
        "What carries neither the mark nor a recorded uid of this registry is never changed and never deleted.",
        "Delete or rename the object if it is nobody's, or apply with the registry that owns it.",
    ),
    Entry(
        "FO761",
        "this is another cluster than the one that was applied to",
        "A domain belongs to one cluster, known by the uid of its namespace kube-system.",
        "Name the right context; when the cluster was built anew, accept it by its uid.",
    ),
    Entry(
        "FO762",
        "the cluster lacks what the objects need",
        "Before the first effect the namespace and Argo's definitions are looked for.",
        "Create the namespace, and install Argo Workflows with its full definitions.",
    ),
    Entry(
        "FO763",
        "somebody else manages a field",
        "Objects are applied by the server with an owner for each field; an apply never takes a field by force.",
        "Take the field back from its owner, or declare what the owner wants.",
    ),
    Entry(
        "FO764",
        "the API server does not take an object",
        "All objects go through a dry run of the server, with strict checking of fields, before the first effect.",
        "Upgrade Argo's definitions in the cluster, or name the version that is there.",
    ),
    Entry(
        "FO765",
        "an image without a digest would run in a cluster",
        "A tag may name another image tomorrow; what runs in a cluster is pinned by a digest.",
        "Run flyteops lock, or write registry/name@sha256:<64 hex digits>.",
    ),
    Entry(
        "FO766",
        "pods cannot reach the store",
        "A `file:` store is a folder of this machine; the pods of a cluster run elsewhere.",
        "Name a store that pods reach, or take `cluster:` out of the domain.",
    ),
    Entry(
        "FO767",
        "a prune while changes are pending",
        "What nothing wants is only known when the registry is at what git says.",
        "Apply first, or prune from the commit that is applied.",
    ),
    Entry(
        "FO768",
        "a prune would delete more than the domain permits",
        "`protect.prune_limit` bounds the share of objects that go at once; up to three always may.",
        "Look at the list, then raise the limit if it is right.",
    ),
    Entry(
        "FO769",
        "the domain has no cluster",
        "`drift` and `prune` look at the cluster that a domain declares.",
        "Declare `cluster:` for the domain, or name another domain.",
    ),
    Entry(
        "FO835",
        "A secret that no pod can be given",
        "What sops encrypts in the repository is decrypted on the machine of a run; nobody puts it into a cluster yet.",
        "Declare the secret as kubernetes: or external: where there is a cluster.",
    ),
    Entry(
        "FO836",
        "A pod template that contradicts its task",
        "A template adds to a task's pod; what both say must be the same.",
        "Say it in one of the two places.",
    ),
)
