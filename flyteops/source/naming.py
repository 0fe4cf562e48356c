"""The rules for texts that name something: entities, nodes, labels, variables. A fault is (code, label, help)."""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import normalize

from flyteops.model.image_names import (
    DECLARED_OR_REFERENCE,
    IMAGE_REFERENCE,
    REPOSITORY,
    is_image_or_name,
    is_image_reference,
    is_image_repository,
)
from flyteops.source.shapes import TextRule
from flyteops.source.suggest import shown

Fault = tuple[str, str, str]
RESERVED_NODES = frozenset({"inputs", "error", "schedule", "run", "output_dir"})

_ENTITY = re.compile(r"[a-z](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NODE = re.compile(r"[a-z_][A-Za-z0-9_]{0,62}")
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_LABEL_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PREFIX = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")
_OWN_PREFIXES = ("runs", "cache", "data", "artifacts", "registry")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[-A-Za-z0-9.]{0,251}[A-Za-z0-9])?")
_URL = re.compile(r"https?://[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:/[^\s@#]*)?")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_CLASSES = re.compile(r"[A-Za-z_][\w*]*(?:[.:][\w*]+)*")
_SECRET_KEY = re.compile(r"[-._a-zA-Z0-9]+")
RESERVED_PLACES = ("/flyteops", "/proc", "/sys", "/dev", "/run/secrets", "/var/run", "/argo")
"""Folders of a pod that the runner, the engine or the kernel have taken."""
_GITHUB = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}@environment:[A-Za-z0-9][A-Za-z0-9 ._-]{0,254}"
)
_WORKFLOW_OUTPUT = re.compile(r"workflow/[a-z][a-z0-9_-]{0,62}(?:\.[^\W\d]\w*)?")
_PATH_LONGEST = 200
_ENV_REFUSED = ("LD_", "PYTHON", "GIT_", "FLYTEOPS_")
_LABELS_REFUSED = ("workflows.argoproj.io/", "kubernetes.io/", "flyteops")
_TASK_HELP = "module:function, such as churn.model:fit"


def entity_fault(text: str) -> Fault | None:
    """Why a text names no entity."""
    if _ENTITY.fullmatch(text):
        return None
    way_out = "small letters, digits, - and _, beginning with a letter, not ending in -, at most 63"
    nearest = re.sub(r"[^a-z0-9_-]+", "-", _small(text[:200])).strip("-").lstrip("0123456789_-")[:63].rstrip("-")
    return "FO307", "not a name", f"{way_out}{f': {nearest}' if nearest else ''}"


def _small(text: str) -> str:
    """`FitModel` as `fit-model`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text).lower()


def function_fault(text: str) -> Fault | None:
    """Why a text is no `module:function`."""
    if len(text) <= _PATH_LONGEST and _PATH.fullmatch(text):
        return None
    if len(text) > _PATH_LONGEST:
        return "FO326", "too long", f"at most {_PATH_LONGEST} characters"
    fixed = re.sub(r"\.py(?=:|$)", "", text).replace("/", ".").strip(".")
    if ":" not in fixed and "." in fixed:
        module, _, name = fixed.rpartition(".")
        fixed = f"{module}:{name}"
    way_out = f"write {fixed}" if fixed != text and _PATH.fullmatch(fixed) else f"write {_TASK_HELP}"
    return "FO326", "not module:function", way_out


def task_fault(text: str) -> Fault | None:
    """Why a text names no task: neither an entry's name nor the path of a function."""
    return function_fault(text) if ":" in text or "." in text else entity_fault(text)


def node_fault(text: str) -> Fault | None:
    """Why a text names no node."""
    if text in RESERVED_NODES:
        return "FO319", f"${text} has a meaning of its own", f"write {text}_ or another name"
    if _NODE.fullmatch(text):
        return None
    fixed = re.sub(r"\W", "_", text[:63], flags=re.ASCII)
    fixed = fixed[:1].lower() + fixed[1:]
    way_out = "a Python identifier that begins with a small letter or _, at most 63"
    return "FO307", "not a name of a node", f"{way_out}{f': {fixed}' if _NODE.fullmatch(fixed) else ''}"


def identifier_fault(text: str) -> Fault | None:
    """Why a text names no input or output."""
    if text.isidentifier() and (text.isascii() or normalize("NFKC", text) == text):
        return None
    return "FO307", "not a Python identifier", "inputs and outputs bear the names of the function's parameters"


def label_key_fault(text: str) -> Fault | None:
    """Kubernetes' rule for keys of labels and annotations, less the prefixes that others own."""
    owned = next((prefix for prefix in _LABELS_REFUSED if text.startswith(prefix)), None)
    if owned is not None:
        return "FO313", f"{owned}… belongs to somebody else", "choose a prefix of your own, such as acme.com/"
    return selector_key_fault(text)


def selector_key_fault(text: str) -> Fault | None:
    """Kubernetes' rule for keys of labels."""
    prefix, slash, name = text.rpartition("/")
    if _LABEL_NAME.fullmatch(name) and (not slash or (len(prefix) <= 253 and _SUBDOMAIN.fullmatch(prefix))):
        return None
    return "FO313", "not a key of a label", "letters, digits, - _ . up to 63; before it at most one DNS name and a /"


def label_value_fault(text: str) -> Fault | None:
    """Kubernetes' rule for values of labels."""
    if not text or _LABEL_NAME.fullmatch(text):
        return None
    return (
        "FO313",
        "not a value of a label",
        ("letters, digits, - _ . up to 63, beginning and ending with a letter or digit"),
    )


def env_name_fault(text: str) -> Fault | None:
    """Names of environment variables, less those that change how the runner itself starts."""
    if text.startswith(_ENV_REFUSED) or text in ("BASH_ENV", "ENV"):
        return "FO314", "changes how the runner itself starts", "rename it; set interpreter options inside the code"
    if _ENV.fullmatch(text):
        return None
    return "FO314", "not a name of a variable", "letters, digits and _, not beginning with a digit"


def subdomain_fault(text: str) -> Fault | None:
    """Kubernetes' rule for names of objects."""
    if len(text) <= 253 and _SUBDOMAIN.fullmatch(text):
        return None
    return "FO307", "not a name of a Kubernetes object", "small letters, digits, - and ., at most 253"


def filled_fault(text: str) -> Fault | None:
    """Text of which something can be seen."""
    return None if text.strip() else ("FO308", "nothing is said here", "leave it out, or give it a value")


def image_fault(text: str) -> Fault | None:
    """A declared name or a reference; whether it is declared is seen when all files are read."""
    if is_image_or_name(text):
        return None
    return (
        "FO327",
        "neither a name nor a reference of an image",
        _in_small_letters(text) or "write NAME, or REGISTRY/PATH:TAG",
    )


def image_reference_fault(text: str) -> Fault | None:
    """A reference, where a declared name means nothing; the same rule as for what goes into a pod."""
    if is_image_reference(text):
        return None
    return "FO327", "not a reference of an image", _in_small_letters(text) or "write REGISTRY/PATH:TAG"


def image_repository_fault(text: str) -> Fault | None:
    """Where built images are pushed: the image's name comes behind it."""
    if is_image_repository(text):
        return None
    return (
        "FO327",
        "not a place where images are pushed",
        _in_small_letters(text) or "write REGISTRY/PATH, without a tag",
    )


def _in_small_letters(text: str) -> str:
    """The way out where capital letters are all that is wrong."""
    head, slash, tail = text.rpartition("/")
    name, mark, tag = tail.partition(":")
    small = f"{head}{slash}{name}".lower() + mark + tag
    if small == text or not is_image_reference(small):
        return ""
    return f"write {shown(small)}: only a tag has capital letters"


def reference_fault(text: str) -> Fault | None:
    """One reference alone."""
    if text.startswith("$") and not text.startswith("$$"):
        return None
    fixed = f"write ${shown(text)}" if text.replace(".", "_").isidentifier() else "write $node or $node.output"
    return "FO302", "not a reference", f"{fixed}, or a map of outputs"


def path_fault(text: str) -> Fault | None:
    """A file of the repository: relative, with /, going nowhere outside."""
    parts = text.split("/")
    if text and "\\" not in text and "\x00" not in text and len(text) <= 1024 and not {"", ".", ".."} & set(parts):
        return None
    return "FO329", "not a path inside the repository", "write it relative to the root, with /, without . and .."


def prefix_fault(text: str) -> Fault | None:
    """A place inside the domain's store: parts with / between them."""
    if "://" in text:
        return "FO380", "names a store of its own", "write a path inside the domain's store, such as teams/churn"
    if len(text) <= 256 and _PREFIX.fullmatch(text) and not {".", ".."} & set(text.split("/")):
        head = text.partition("/")[0]
        if head in _OWN_PREFIXES:
            return "FO380", f"{head}/ is where flyteops keeps its own", "choose another first part"
        return None
    return "FO380", "not a path inside the store", "letters, digits, - _ . and / between parts; no / at either end"


def email_fault(text: str) -> Fault | None:
    """One address of electronic mail, without a name around it."""
    return None if _EMAIL.fullmatch(text) else ("FO381", "not an address of e-mail", "write NAME@HOST")


def server_fault(text: str) -> Fault | None:
    """A host with its port."""
    host, colon, port = text.rpartition(":")
    if colon and _SUBDOMAIN.fullmatch(host) and port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536:
        return None
    return "FO381", "not a server", "write HOST:PORT, such as smtp.acme.com:587"


def url_fault(text: str) -> Fault | None:
    """An address for posting to; one that holds a credential belongs into a secret."""
    if _URL.fullmatch(text):
        return None
    return "FO381", "not an address to post to", "write https://HOST/PATH; what must not be seen goes into a secret"


def repository_fault(text: str) -> Fault | None:
    """A repository of a forge."""
    return None if _REPOSITORY.fullmatch(text) else ("FO381", "not a repository", "write OWNER/NAME")


def classes_fault(text: str) -> Fault | None:
    """Classes by full name: of one package at least, since reading a pickle runs what it holds."""
    if len(text) <= _PATH_LONGEST and _CLASSES.fullmatch(text):
        return None
    if text.startswith("*"):
        return "FO331", "covers classes of every package", "name the package: sklearn.*"
    return "FO331", "not the name of a class", "write package.module.Class, module:Class or a pattern such as sklearn.*"


def secret_key_fault(text: str) -> Fault | None:
    """Kubernetes' rule for keys of Secrets and ConfigMaps."""
    if len(text) <= 253 and _SECRET_KEY.fullmatch(text) and text not in (".", ".."):
        return None
    return "FO307", "not a key of a Secret or ConfigMap", "letters, digits, - _ and ., at most 253"


def secret_target_fault(text: str) -> Fault | None:
    """Where a task sees a secret: the name of a variable, or the absolute path of a file."""
    if "/" not in text:
        return env_name_fault(text)
    parts = text.split("/")[1:]
    if not text.startswith("/") or {"", ".", ".."} & set(parts) or len(text) > 1024 or not text.isprintable():
        return "FO362", "not a place of a file", "write an absolute path without . and .., such as /etc/key.pem"
    owner = next((each for each in RESERVED_PLACES if text == each or text.startswith(f"{each}/")), None)
    if owner is not None:
        return "FO362", f"{owner} is not yours", "choose another folder, such as /etc/secrets"
    return None


def github_environment_fault(text: str) -> Fault | None:
    """A repository's environment: a repository alone would let every branch of it in."""
    if _GITHUB.fullmatch(text):
        return None
    if _REPOSITORY.fullmatch(text):
        return "FO381", "lets every branch of it in", f"name an environment: {text}@environment:production"
    return "FO381", "not an environment of a repository", "write OWNER/NAME@environment:NAME"


def workflow_output_fault(text: str) -> Fault | None:
    """`workflow/NAME.OUTPUT`, or `workflow/NAME` for its only one."""
    if _WORKFLOW_OUTPUT.fullmatch(text):
        return None
    return "FO297", "not an output of a workflow", "write workflow/NAME.OUTPUT"


def text_fault(text: str) -> Fault | None:
    """No environment, file or label can hold a NUL."""
    return None if "\x00" not in text else ("FO302", "holds a NUL character", "delete it")


RULES: dict[TextRule, Callable[[str], Fault | None]] = {
    "any": text_fault,
    "entity": entity_fault,
    "task": task_fault,
    "node": node_fault,
    "identifier": identifier_fault,
    "function": function_fault,
    "env_name": env_name_fault,
    "label_key": label_key_fault,
    "selector_key": selector_key_fault,
    "label_value": label_value_fault,
    "annotation_key": label_key_fault,
    "annotation_value": text_fault,
    "service_account": subdomain_fault,
    "image": image_fault,
    "image_reference": image_reference_fault,
    "image_repository": image_repository_fault,
    "reference": reference_fault,
    "path": path_fault,
    "prefix": prefix_fault,
    "email": email_fault,
    "server": server_fault,
    "url": url_fault,
    "repository": repository_fault,
    "classes": classes_fault,
    "secret_key": secret_key_fault,
    "secret_target": secret_target_fault,
    "reference_of_workflow": workflow_output_fault,
    "github_environment": github_environment_fault,
    "filled": filled_fault,
}

PATTERNS: dict[TextRule, str] = {
    "entity": _ENTITY.pattern,
    "task": f"{_ENTITY.pattern}|{_PATH.pattern}",
    "node": rf"(?!(?:{'|'.join(sorted(RESERVED_NODES))})$){_NODE.pattern}",
    "function": _PATH.pattern,
    "env_name": rf"(?!LD_|PYTHON|GIT_|FLYTEOPS_|BASH_ENV$|ENV$){_ENV.pattern}",
    "label_value": f"(?:{_LABEL_NAME.pattern})?",
    "service_account": _SUBDOMAIN.pattern,
    "image": DECLARED_OR_REFERENCE,
    "image_reference": IMAGE_REFERENCE,
    "image_repository": REPOSITORY,
    "reference": r"\$[^$].*",
    "prefix": _PREFIX.pattern,
    "email": _EMAIL.pattern,
    "url": _URL.pattern,
    "repository": _REPOSITORY.pattern,
    "reference_of_workflow": _WORKFLOW_OUTPUT.pattern,
    "github_environment": _GITHUB.pattern,
    "classes": _CLASSES.pattern,
}
"""The same rules for the published schema, where a pattern can say them."""
