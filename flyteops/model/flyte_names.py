"""The names of Flyte that code may use where it is not installed: checked by `validate`, served in every pod."""

from __future__ import annotations

from collections.abc import Mapping

PACKAGES = ("flytekit", "union")
"""The packages a stand-in is served for."""

SETTINGS = frozenset({"ActorEnvironment", "Cache", "ImageSpec", "PodTemplate", "Resources", "Secret"})
"""What only says where and how a task runs: YAML says that, and no result changes with it."""

_DECORATORS = frozenset({"actor_cache", "dynamic", "eager", "task", "workflow"})
_COMMON = frozenset({
    "Deck", "FlyteDirectory", "FlyteFile", "HashMethod", "StructuredDataset", "current_context", "kwtypes",
})  # fmt: skip
_FILES = frozenset({
    "CSVFile", "FlyteFile", "HDF5EncodedFile", "HTMLPage", "JPEGImageFile", "JoblibSerializedFile", "ONNXFile",
    "PDFFile", "PNGImageFile", "PythonNotebook", "PythonPickledFile", "SVGImageFile", "TFRecordFile",
})  # fmt: skip
_DIRECTORIES = frozenset({"FlyteDirectory", "TFRecordsDirectory", "TensorboardLogs"})
_ERRORS = frozenset({
    "FlyteAssertion", "FlyteRecoverableException", "FlyteTimeout", "FlyteUserException", "FlyteValueException",
})  # fmt: skip
ACCELERATORS = {
    "A10G": "nvidia-a10g", "A100": "nvidia-tesla-a100", "A100_80GB": "nvidia-a100-80gb", "H100": "nvidia-h100",
    "K80": "nvidia-tesla-k80", "L4": "nvidia-l4", "L4_VWS": "nvidia-l4-vws", "L40": "nvidia-l40",
    "M60": "nvidia-tesla-m60", "P4": "nvidia-tesla-p4", "P100": "nvidia-tesla-p100", "T4": "nvidia-tesla-t4",
    "V100": "nvidia-tesla-v100",
}  # fmt: skip
"""Flyte's names of accelerators, and what a host is labelled with."""

SERVED: Mapping[str, frozenset[str]] = {
    "flytekit": _COMMON | (_DECORATORS - {"actor_cache"}) | (SETTINGS - {"ActorEnvironment"}),
    "flytekit.deck": frozenset({"Deck"}),
    "flytekit.exceptions": frozenset(),
    "flytekit.exceptions.user": _ERRORS,
    "flytekit.extras": frozenset(),
    "flytekit.extras.accelerators": frozenset({*ACCELERATORS, "GPUAccelerator"}),
    "flytekit.extras.pytorch": frozenset({"PyTorchCheckpoint"}),
    "flytekit.image_spec": frozenset({"ImageSpec"}),
    "flytekit.types": frozenset(),
    "flytekit.types.directory": _DIRECTORIES,
    "flytekit.types.error": frozenset({"FlyteError"}),
    "flytekit.types.error.error": frozenset({"FlyteError"}),
    "flytekit.types.file": _FILES,
    "flytekit.types.structured": frozenset({"StructuredDataset"}),
    "flytekit.types.structured.structured_dataset": frozenset({"StructuredDataset"}),
    "union": _COMMON | _DECORATORS | SETTINGS,
    "union.actor": frozenset({"ActorEnvironment", "actor_cache"}),
}
"""Modules, and what each of them has."""

MEMBERS = {
    "Deck": frozenset(), "FlyteDirectory": frozenset({"listdir"}), "FlyteFile": frozenset({"new"}),
    "StructuredDataset": frozenset(), "current_context": frozenset(),
}  # fmt: skip
"""What is there of a class itself, for those that have more where Flyte is installed."""

CONTEXT = frozenset({"checkpoint", "decks", "execution_id", "secrets", "working_directory"})
"""What the answer of `current_context()` has."""


def is_served(name: str) -> bool:
    """Whether a full name such as `flytekit.types.file.FlyteFile`, or what is reached from it, is there."""
    module, _, rest = name, "", ""
    while module not in SERVED:
        module, _, last = module.rpartition(".")
        rest = f"{last}.{rest}" if rest else last
        if not module:
            return False
    name, _, member = rest.partition(".")
    return not rest or (name in SERVED[module] and (not member or member in MEMBERS.get(name, {member})))


def of_flyte(name: str) -> bool:
    """Whether a full name is one of Flyte's packages or in one of them."""
    return name.partition(".")[0] in PACKAGES
