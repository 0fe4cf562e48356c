"""What a ship owes, and whether it may leave."""

from harbour.ships import Level, Rules, Ship, Verdict
from harbour.tariffs import TABLE


def dues(ship: Ship, place: int, seed: int = 0) -> float:
    return round(TABLE[ship.kind].dues(ship.tonnes) + place, 2)


def inspect(name: str, rules: Rules, due: float) -> Verdict:
    if rules.level is Level.STORM:
        raise RuntimeError(f"{name} stays in the harbour")
    return {"ship": name, "dues": due}


def total(verdicts: list[Verdict | None]) -> float:
    return sum(verdict["dues"] for verdict in verdicts if verdict is not None)
