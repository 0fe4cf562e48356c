"""Words with a closed list of values."""

from enum import Enum, IntEnum


class Kind(str, Enum):  # noqa: UP042 - as older code has it
    CARGO = "cargo"
    FERRY = "ferry"


class Level(IntEnum):
    CALM = 1
    STORM = 2
