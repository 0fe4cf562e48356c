"""Tariffs: a class for each kind, put into a table when the module is imported."""

from harbour.ships import Kind

FLOOR = 1.0
UNUSED = 7


class Tariff:
    rate = 0.5

    def dues(self, tonnes: float) -> float:
        return max(FLOOR, tonnes * self.rate)


class FerryTariff(Tariff):
    rate = 0.25


TABLE: dict[Kind, Tariff] = {}
for _kind, _tariff in ((Kind.CARGO, Tariff()), (Kind.FERRY, FerryTariff())):
    TABLE[_kind] = _tariff  # noqa: PERF403 - code that runs on import
