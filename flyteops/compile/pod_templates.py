"""A pod template's body, whose form was checked when it was read, to its document; and what only shows in the whole."""

from __future__ import annotations

from collections.abc import Iterator

from flyteops.compile.faults import Faults
from flyteops.compile.fields import int_of, map_in, text_in
from flyteops.model.diagnostics import Place
from flyteops.model.digest import Json
from flyteops.model.surroundings import PodTemplate
from flyteops.source.fields.pods import POD_SPEC
from flyteops.source.naming import RESERVED_PLACES, env_name_fault
from flyteops.source.scalars import core_value
from flyteops.source.shapes import Flag, ListOf, MapOf, Number, Shape, Table
from flyteops.source.tree import Mapping, Scalar, Sequence, TreeNode

PRIMARY = "main"
_TAKEN = frozenset({"wait", "init"})
"""Names of the engine's own containers; `main` is the task's."""
_OF_PRIMARY = ("name", "env", "envFrom", "volumeMounts")


def lower_template(name: str, body: Mapping, *, faults: Faults) -> PodTemplate | None:
    """The template; None when it says nothing that could be laid around a task."""
    primary = text_in(body, "primary") or PRIMARY
    spec = map_in(body, "spec")
    if spec is None or not spec.entries:
        key = body.key("spec")
        _fault(faults, key.place if key else body.place, f'the pod template "{name}" has no spec', "nothing to lay",
               "write spec: {…}, such as spec: {nodeSelector: {disk: ssd}}")  # fmt: skip
        return None
    _check(spec, primary, faults)
    return PodTemplate(name=name, primary=primary, spec=_document(spec, POD_SPEC))


def primary_variables(template: PodTemplate | None) -> frozenset[str]:
    """The variables that the template adds to the task's own container."""
    spec = template.spec if template is not None else None
    containers = spec.get("containers") if isinstance(spec, dict) else None
    found: set[str] = set()
    for each in containers if isinstance(containers, list) else ():
        if template is not None and isinstance(each, dict) and each.get("name") == template.primary:
            env = each.get("env")
            found |= {str(one["name"]) for one in env if isinstance(one, dict)} if isinstance(env, list) else set()
    return frozenset(found)


def _document(node: TreeNode, shape: Shape) -> Json:
    """The tree as JSON, each scalar as its field wants it: `value: 1` of a variable is the text `1`."""
    if isinstance(node, Mapping):
        inner = shape.fields if isinstance(shape, Table) else {}
        each = shape.value if isinstance(shape, MapOf) else None
        return {name: _document(value, inner[name].shape if name in inner else each or shape)
                for name, value in node.items()}  # fmt: skip
    if isinstance(node, Sequence):
        return [_document(item, shape.item if isinstance(shape, ListOf) else shape) for item in node.items]
    if isinstance(shape, Number):
        return int_of(node)
    return core_value(node) if isinstance(shape, Flag) else node.text


def _check(spec: Mapping, primary: str, faults: Faults) -> None:
    volumes = {name.text for name, _ in _named(spec, "volumes")}
    for name, _ in _named(spec, "volumes"):
        if name.text.startswith("flyteops-"):
            _fault(faults, name.place, f'the volume "{name.text}" bears a name of the runner', "taken", "rename it")
    seen: set[str] = set()
    for section in ("containers", "initContainers"):
        for name, container in _named(spec, section):
            own = section == "containers" and name.text == primary
            if name.text in seen:
                _fault(faults, name.place, f'two containers are called "{name.text}"', "again", "rename one of them")
            seen.add(name.text)
            if own:
                _check_primary(container, faults)
            else:
                _check_other(name, container, primary, faults)
            _check_mounts(container, volumes, faults)


def _check_primary(container: Mapping, faults: Faults) -> None:
    for entry in container.entries:
        if entry.key.text not in _OF_PRIMARY:
            _fault(
                faults,
                entry.key.place,
                f'a template cannot give the task\'s own container "{entry.key.text}"',
                "image, program and resources are the task's",
                "write image: and resources: at the task; here only env, envFrom and volumeMounts",
            )
    for name, _ in _named(container, "env"):
        fault = env_name_fault(name.text)
        if fault is not None:
            faults.add(fault[0], f'"{name.text}" is no name of a variable of the task', at=name.place, label=fault[1],
                       help=fault[2])  # fmt: skip


def _check_other(name: Scalar, container: Mapping, primary: str, faults: Faults) -> None:
    if name.text in _TAKEN or name.text == PRIMARY or name.text.startswith("flyteops-"):
        _fault(faults, name.place, f'the container "{name.text}" bears a name that is taken', "taken",
               f"rename it; to add to the task's own container, name it {primary} under containers")  # fmt: skip
    if container.get("image") is None:
        _fault(faults, name.place, f'the container "{name.text}" has no image', "nothing to run",
               f"add image:, or name it {primary} to add to the task's own container")  # fmt: skip


def _check_mounts(container: Mapping, volumes: set[str], faults: Faults) -> None:
    for name, mount in _named(container, "volumeMounts"):
        if name.text not in volumes:
            _fault(faults, name.place, f'there is no volume "{name.text}" in the template', "not declared",
                   "declare it under volumes of the same spec")  # fmt: skip
        path = mount.get("mountPath")
        if not isinstance(path, Scalar):
            continue
        parts = path.text.split("/")[1:]
        taken = any(path.text == each or path.text.startswith(f"{each}/") for each in RESERVED_PLACES)
        if not path.text.startswith("/") or {"", ".", "..", "~"} & set(parts) or ":" in path.text or taken:
            _fault(faults, path.place, f'a volume cannot be seen at "{path.text}"',
                   "taken by the runner or the kernel" if taken else "not an absolute path",
                   "write an absolute path of your own, such as /cache")  # fmt: skip


def _named(body: Mapping, field: str) -> Iterator[tuple[Scalar, Mapping]]:
    listed = body.get(field)
    for item in listed.items if isinstance(listed, Sequence) else ():
        name = item.get("name") if isinstance(item, Mapping) else None
        if isinstance(item, Mapping) and isinstance(name, Scalar):
            yield name, item


def _fault(faults: Faults, at: Place, message: str, label: str, way_out: str) -> None:
    faults.add("FO366", message, at=at, label=label, help=way_out)
