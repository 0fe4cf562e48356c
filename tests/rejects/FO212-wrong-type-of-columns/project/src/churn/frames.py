import pandas
from typing import Annotated
from flytekit import kwtypes


def make() -> pandas.DataFrame: ...


def by_name(rows: Annotated[pandas.DataFrame, kwtypes(name=str)]) -> None: ...


def by_id(rows: Annotated[pandas.DataFrame, kwtypes(id=str)]) -> None: ...
