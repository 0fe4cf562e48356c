"""Codes FO34x, FO35x and FO81x: the kinds of tasks. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "FO340",
        "A fixed input that the task does not have",
        "fixed_inputs gives inputs of the task once and hides them from its callers.",
        "Name an input of the task.",
    ),
    Entry(
        "FO341",
        "An item of a command that is no plain text",
        "An item that begins with $ is exactly $inputs.NAME or $output_dir: one argument, parsed by nobody.",
        "Write the reference alone, or write $$ for a dollar sign.",
    ),
    Entry(
        "FO342",
        "A folder that a container cannot have its files in",
        "input_dir and output_dir are absolute, apart from one another, and not what the image or the kernel fills.",
        "Name an empty folder of its own, such as /var/inputs.",
    ),
    Entry(
        "FO343",
        "A name that cannot be a variable of a script",
        "Every input and output of a script is a variable of bash; those that steer the shell, and names given twice, "
        "are refused.",
        "Rename the input or output.",
    ),
    Entry(
        "FO344",
        "A path of an output that nobody writes to",
        "path: says where a script writes an output; no two outputs share one.",
        "Delete it, or give each output of the script a path of its own.",
    ),
    Entry(
        "FO345",
        "A stand-in that does not fit",
        "The function that local: names takes the inputs of the task and returns its outputs, in order.",
        "Give the function the same interface.",
    ),
    Entry(
        "FO346",
        "Options of cluster: that contradict one another",
        "It cannot begin with more hosts than there are, and settings that the declaration says are not said twice.",
        "Correct one of the two.",
    ),
    Entry(
        "FO347",
        "An override without a meaning",
        "A container has its own image; an object and a task of another project have their own resources too.",
        "Delete the override.",
    ),
    Entry(
        "FO348",
        "Not the file of a Kubernetes object",
        "manifest: names a file of the repository with apiVersion and kind; namespace and owner are the run's to say.",
        "Correct the file, or name another one.",
    ),
    Entry(
        "FO349",
        "A hole that cannot be filled",
        "Holes are ${inputs.NAME}, stand in values, and take types that have a text form.",
        "Name an input of the task; write $${…} for plain text.",
    ),
    Entry(
        "FO350",
        "done and failed are conditions over status",
        "They have the grammar of when:, over fields of the object that begin with status.",
        'Write status.field == "TEXT".',
    ),
    Entry(
        "FO351",
        "A task of another project that is not pinned",
        "What a ref: means is written into flyteops.lock, so that it does not change without a change here.",
        "Run flyteops lock and commit what it wrote.",
    ),
    Entry(
        "FO352",
        "A deprecated task is used",
        "deprecated: says why a task should no longer be used; whoever uses it is told.",
        "Do what the task's author advises.",
    ),
    Entry(
        "FO353",
        "A returned graph that does not fit its task",
        "A dynamic task returns at most 2,000 nodes, and gives every output that it declares, of its type.",
        "Give the outputs that are declared, and walk lists with map.",
    ),
    Entry(
        "FO354",
        "A dynamic task that is mapped",
        "A map walks plain tasks: each of its items is one call, and a graph for each item is a run for each item.",
        "Put the task into a workflow of one node, and map the workflow.",
    ),
    Entry(
        "FO355",
        "A task that cannot run on this machine",
        "Containers, objects of Kubernetes, gangs of hosts and tasks of other projects run where they are at home.",
        "Name a function that stands in on a laptop with local:.",
    ),
    Entry(
        "FO810",
        "a value as an argument of a container on a cluster",
        "The engine gets no value of a user, and an image that is not ours has nothing in it that could put one in.",
        "Let the program read the file of the input in input_dir.",
    ),
    Entry(
        "FO811",
        "a kind of task that no cluster runs yet",
        "What is emitted for a cluster does what the declaration says; a kind that cannot be emitted so is refused.",
        "Run it with flyteops run, or take it out for the domains that have a cluster.",
    ),
)
