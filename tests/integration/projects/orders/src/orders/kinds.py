"""What an order is."""

from dataclasses import dataclass
from enum import Enum


class Region(Enum):
    EU = "eu"
    US = "us"


@dataclass
class Order:
    region: Region
    amount: int
    note: str = ""
