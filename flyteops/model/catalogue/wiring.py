"""Codes FO2xx: names, references, types and conditions. A code, once released, never changes its meaning."""

from __future__ import annotations

from flyteops.model.catalogue.entry import Entry

_NAMES = (
    Entry(
        "FO201",
        "A task or workflow does not exist",
        "A node names a task or a workflow that the project declares, or a function by module:function.",
        "Correct the name, declare the entity, or write the path of the function.",
    ),
    Entry(
        "FO202",
        "A node does not exist",
        "$node and after: name a node of the same workflow.",
        "Correct the name; an input of the workflow is written $inputs.name.",
    ),
    Entry(
        "FO203",
        "An input of the workflow does not exist",
        "$inputs.x names an input that the workflow declares.",
        "Correct the name, or declare the input under inputs:.",
    ),
    Entry(
        "FO204",
        "A reference cannot be read",
        'A reference is $inputs.x, $node or $node.output with a dotted path; ["…"] only for odd keys.',
        "Write the path with dots; text that begins with $ is written $$.",
    ),
    Entry(
        "FO205",
        "A reference stands where none is legal",
        "References are legal in inputs, over, when, value and outputs of a workflow, and nowhere else.",
        "Write a literal; text that begins with $ is written $$.",
    ),
    Entry(
        "FO207",
        "An overlay is for a domain that does not exist",
        "domain: names a domain of flyteops.yaml.",
        "Correct the name, or add the domain to flyteops.yaml.",
    ),
    Entry(
        "FO208",
        "An optional input of a workflow has no default",
        "Only code can decide a default later; a workflow has none.",
        "Give the input a default; null is one when its type is T | None.",
    ),
    Entry(
        "FO209",
        "An entity lacks what makes it one",
        "A task says its function, a workflow has nodes, a launch plan names its workflow.",
        "Add the missing key.",
    ),
    Entry(
        "FO210",
        "A node does not give a required input",
        "Every input without a default is given where the task or workflow is called.",
        "Add it to inputs: of the node, or give the parameter a default.",
    ),
    Entry(
        "FO211",
        "An input does not exist",
        "inputs: names inputs of the task or workflow that is called.",
        "Correct the name.",
    ),
    Entry(
        "FO212",
        "A reference has the wrong type",
        "A value fits where its type is wanted: int for float, T for T | None, an enum for str; nothing is converted.",
        "Refer to another value, or let a task convert it.",
    ),
    Entry(
        "FO213",
        "A value that may be none is given where none is not taken",
        "T | None does not fit T, also where the consumer has a default.",
        "Let the consumer take T | None, or produce T.",
    ),
    Entry(
        "FO214",
        "Nodes wait for each other in a ring",
        "A node runs after all nodes it refers to, so references cannot go in a ring.",
        "Take one of the references away.",
    ),
    Entry(
        "FO215",
        "A workflow reaches itself",
        "A workflow cannot call itself, directly or through others.",
        "Use a task with dynamic: for a graph that grows while it runs.",
    ),
    Entry(
        "FO216",
        "A value has no such part",
        "A path goes into lists by number, into dicts by key, into dataclasses by field.",
        "Correct the path, or refer to the whole value.",
    ),
    Entry(
        "FO217",
        "An output does not exist",
        "$node.x names an output of the node, or, of a node with one output, a part of it.",
        "Write $node, or name the output with outputs: of the task.",
    ),
    Entry(
        "FO218",
        "A node does not have exactly one output",
        "$node alone stands for its only output.",
        "Name one of several outputs; to wait for a node without outputs write after:.",
    ),
    Entry(
        "FO219",
        "Parts of a value do not go together",
        "A list or map without a wanted type has parts of one type.",
        "Let a task return them together as a dataclass.",
    ),
)
_TYPES = (
    Entry(
        "FO220",
        "A type cannot be read",
        "A type is int, list[T], dict[K, V], T | None, enum[…], File, Json or a class module:Class.",
        "Correct the spelling of the type.",
    ),
    Entry("FO221", "A type does not exist", "A type is one of the language's or module:Class.", "Correct the name."),
    Entry(
        "FO222",
        "Members of a union cannot be told apart",
        "A value shows which member of a union it is.",
        "Keep one member, or tell them apart by a field of a dataclass.",
    ),
    Entry(
        "FO223",
        "A tuple stands where none is legal",
        "A tuple is legal only as what a function returns.",
        "Use list[T] or a dataclass.",
    ),
    Entry(
        "FO224",
        "A declared type differs from the signature",
        "A declaration that the signature answers too must say the same.",
        "Correct one of them, or leave the declaration out.",
    ),
    Entry(
        "FO225",
        "A declared input is no parameter",
        "inputs: of a task names parameters of its function.",
        "Correct the name, or add the parameter in Python.",
    ),
    Entry(
        "FO226",
        "The type of a variable cannot be read",
        "What cannot be read from the source must be declared in YAML.",
        "Annotate it in Python, or declare it under inputs: or outputs:.",
    ),
    Entry(
        "FO227",
        "Outputs are named that the function does not return",
        "A list in outputs: names all values, in the order returned.",
        "Name each value once.",
    ),
    Entry(
        "FO228",
        "A default in short form cannot be read",
        "What follows ` = ` is YAML read by the type; maps need the long form.",
        "Write {type: TYPE, default: VALUE}.",
    ),
    Entry(
        "FO229",
        "A declared default differs from the signature",
        "The default of a task's input is the one of its function.",
        "Change it in Python, or give the value where the task is called.",
    ),
)
_NODES = (
    Entry(
        "FO232",
        "A map walks something that is no list",
        "over: holds lists, walked in step.",
        "Put what is the same for all items into inputs:.",
    ),
    Entry("FO233", "Lists of a map differ in length", "The lists of over: are walked in step.", "Make them equal."),
    Entry(
        "FO234",
        "Two bounds on the successes of a map",
        "min_success_ratio and min_successes do not go together.",
        "Keep one of them.",
    ),
    Entry("FO236", "A map has no lists", "over: names at least one list.", "Add over: {INPUT: $list}."),
    Entry(
        "FO237",
        "An input stands in over and in inputs",
        "An input of a mapped task is walked or the same for all.",
        "Keep one of them.",
    ),
)
_CONDITIONS = (
    Entry(
        "FO240",
        "A condition cannot be read",
        "Conditions know == != < <= > >= and or not, in, is none, parentheses, references and literals.",
        "Correct the token; what is computed is a task.",
    ),
    Entry(
        "FO241",
        "A condition is too large",
        "A condition has at most 4 KiB and a depth of 32.",
        "Let a task compute it and return a bool.",
    ),
    Entry(
        "FO242",
        "Types in a condition do not go together",
        "Values of one type compare; int and float compare as numbers; only numbers, text and times have an order.",
        "Compare with a value of the same type.",
    ),
    Entry(
        "FO243",
        "A condition looks at a value that may be none",
        "An optional is used only after is not none was said in the same conjunction.",
        "Write $x is not none and …",
    ),
    Entry(
        "FO244",
        "A bare reference is no bool",
        "A reference alone in a condition must be a bool.",
        "Compare it with a value.",
    ),
    Entry(
        "FO245",
        "An enum is compared with what is no member",
        "An enum compares only with its members, by value.",
        "Write one of its values.",
    ),
)
_VALUES = (
    Entry(
        "FO250",
        "A value has the wrong type",
        "A literal is read by the type wanted; an int is accepted for a float, nothing else is converted.",
        "Write a value of the type, or change the type.",
    ),
    Entry(
        "FO251",
        "A field does not exist",
        "A map given to a dataclass has only its fields.",
        "Correct the name, or add the field in Python.",
    ),
    Entry(
        "FO252",
        "A field is missing",
        "A map given to a dataclass has every field without a default.",
        "Give the field, or a default in Python.",
    ),
    Entry("FO253", "A value is not of the enum", "An enum takes its values, never members' names.", "Write a value."),
    Entry("FO254", "A time has no zone", "A time without a zone is taken as UTC.", "Write Z or an offset."),
    Entry(
        "FO258",
        "A request is above its limit",
        "A pod asks for at most what it is limited to.",
        "Raise the limit or lower the request.",
    ),
    Entry(
        "FO259",
        "An accelerator without a gpu",
        "accelerator: says which gpu, gpu: how many.",
        "Write gpu: 1, or take the accelerator away.",
    ),
    Entry("FO260", "A gpu is not whole", "gpu: is a whole number of at least 1.", "Write 1, or leave gpu out."),
    Entry(
        "FO263",
        "A gpu is asked for and limited differently",
        "Devices are given whole and never shared: request and limit are the same number.",
        "Write one number.",
    ),
    Entry(
        "FO264",
        "A toleration that Kubernetes does not take",
        "A toleration names a key unless it is Exists for every taint; Exists has no value; seconds are for NoExecute.",
        "Complete it as the help says.",
    ),
    Entry(
        "FO265",
        "A shape fits no node pool",
        "Where node pools are declared for a domain, each task must fit on a host of one: cpu, memory, disk, gpu, "
        "accelerator, partition, labels, and spot for what may be interrupted.",
        "Ask for what a host has, or declare the pool.",
    ),
    Entry(
        "FO261",
        "A resources profile does not exist",
        "resources: names a profile of the section resources, or says its fields.",
        "Correct the name, or declare the profile.",
    ),
    Entry(
        "FO262",
        "An image does not exist",
        "image: names an image of the section images, or is a reference with a tag or a host.",
        "Correct the name, or write a full reference.",
    ),
    Entry(
        "FO266",
        "cache.ignore names no input",
        "cache.ignore lists inputs of the task.",
        "Correct the name, or take it away.",
    ),
    Entry("FO267", "like: names nothing", "like: names an entry of the same section.", "Correct the name."),
    Entry("FO268", "like: goes in a ring", "An entry is not like itself.", "Let one entry say its fields itself."),
    Entry(
        "FO269",
        "A name is declared twice",
        "A name is declared once in the project.",
        "Delete one, or give it another name; what differs by domain stands in an overlay.",
    ),
    Entry(
        "FO270",
        "Two names are twins",
        "Names do not differ only in case or in - against _.",
        "Give one of them another name.",
    ),
    Entry(
        "FO271",
        "An overlay changes what is not there",
        "An overlay changes entities of the base, or adds whole ones.",
        "Correct the name, or declare the whole entity.",
    ),
    Entry(
        "FO272",
        "An image's file of requirements is not there",
        "requirements: is a file of the repository; what it says is a part of what the image is.",
        "Correct the path, from the root, or commit the file.",
    ),
    Entry(
        "FO279",
        "cache.include names nothing",
        "image counts the task's image, lock the packages that its requirements or the project's lock file say, files "
        "the content of up to 500 files of the repository. What is not there cannot be counted.",
        "Name what is there, or leave it out.",
    ),
    Entry(
        "FO335",
        "cache.scope names no domain that is trusted more",
        "Results are kept by domain, and a run takes those of its own and of cache.scope. Domains are declared from "
        "the least trusted to the most; a domain takes nothing from one that is trusted less.",
        "Name a later domain, or take scope away.",
    ),
    Entry(
        "FO273",
        "A move is not possible",
        "from: is declared no more, to: is declared, and each is moved once.",
        "Correct the addresses, or delete the old declaration.",
    ),
    Entry("FO274", "Moves go in a ring", "A chain of moves ends at what is declared.", "Take one line away."),
    Entry("FO275", "A move changes the kind", "A move keeps the kind.", "Retire one and declare the other."),
    Entry("FO276", "A workflow to launch does not exist", "workflow: names a workflow.", "Correct the name."),
    Entry(
        "FO277",
        "A launch plan bears another workflow's name",
        "A plan with a workflow's name is that workflow's default plan.",
        "Give the plan another name.",
    ),
    Entry("FO278", "An input is a default and fixed", "An input is given once.", "Keep one of them."),
)
_GIVEN = (
    Entry(
        "FO280",
        "A given input does not exist",
        "A run is given inputs of what it runs.",
        "Correct the name; flyteops show lists them.",
    ),
    Entry(
        "FO281",
        "A fixed input is given",
        "Whoever launches a plan cannot change its fixed inputs.",
        "Leave it out, or run the workflow itself.",
    ),
    Entry(
        "FO282",
        "Inputs are missing",
        "A run is given every input without a default.",
        "Give them with --input, or a file of them with --inputs.",
    ),
)
_SCHEDULES = (
    Entry(
        "FO290",
        "A cron line cannot be read",
        "Five fields or @hourly @daily @weekly @monthly @yearly.",
        "Correct the field.",
    ),
    Entry("FO291", "A cron line never comes", "A schedule comes at least once.", "Correct day and month."),
    Entry(
        "FO292",
        "A pace does not divide the clock",
        "every: is minutes that divide an hour, hours that divide a day, or whole days and weeks.",
        "Take one of the two nearest, or a cron line.",
    ),
    Entry("FO293", "A time zone does not exist", "timezone: is Area/City or UTC.", "Correct the name."),
    Entry(
        "FO294",
        "kickoff_time_input cannot take the time",
        "It names an input of type datetime that is not fixed.",
        "Name such an input, or declare one.",
    ),
    Entry(
        "FO295",
        "A schedule leaves an input without a value",
        "Nobody gives inputs to a run that starts by itself.",
        "Give it under default_inputs: or fixed_inputs:.",
    ),
    Entry(
        "FO296",
        "A bound of a schedule is wrong",
        "start and end are times with their zone, in this order.",
        "Write them as 2026-01-31T08:00:00Z.",
    ),
)
ENTRIES: tuple[Entry, ...] = (*_NAMES, *_TYPES, *_NODES, *_CONDITIONS, *_VALUES, *_GIVEN, *_SCHEDULES)
