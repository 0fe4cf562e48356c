"""The steps, ordinary functions."""

from datetime import date
from pathlib import Path

from orders.kinds import Order, Region
from orders.money import with_fee


def read(day: date) -> list[Order]:
    """Orders of a day.

    Args:
        day: which day
    """
    return [
        Order(region=Region.EU, amount=day.day),
        Order(region=Region.US, amount=2 * day.day, note="rush"),
        Order(region=Region.EU, amount=5),
    ]


def price(order: Order, rate: float) -> float:
    return with_fee(order.amount * rate)


def total(orders: list[Order], prices: list[float]) -> tuple[float, Region]:
    by_region: dict[Region, float] = {}
    for order, value in zip(orders, prices, strict=True):
        by_region[order.region] = by_region.get(order.region, 0.0) + value
    return sum(prices), max(by_region, key=lambda region: by_region[region])


def alarm(text: str, total: float) -> str:
    return f"{text}: {total}"


def calm(best: Region) -> str:
    return f"best: {best.value}"


def publish(text: str, day: date) -> Path:
    path = Path("report.txt")
    path.write_text(f"{day.isoformat()} {text}\n", encoding="utf-8")
    return path
