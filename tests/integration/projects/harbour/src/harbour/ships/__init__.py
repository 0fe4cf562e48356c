"""What a ship is."""

from .kinds import Kind, Level
from .records import Rules, Ship, Verdict

__all__ = ["Kind", "Level", "Rules", "Ship", "Verdict"]
