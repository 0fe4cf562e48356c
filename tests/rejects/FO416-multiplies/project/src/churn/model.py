from typing import TypedDict


class A0(TypedDict):
    left: "A1"
    right: "A1"


class A1(TypedDict):
    left: "A2"
    right: "A2"


class A2(TypedDict):
    left: "A3"
    right: "A3"


class A3(TypedDict):
    left: "A4"
    right: "A4"


class A4(TypedDict):
    left: "A5"
    right: "A5"


class A5(TypedDict):
    left: "A6"
    right: "A6"


class A6(TypedDict):
    left: "A7"
    right: "A7"


class A7(TypedDict):
    left: "A8"
    right: "A8"


class A8(TypedDict):
    left: "A9"
    right: "A9"


class A9(TypedDict):
    left: "A10"
    right: "A10"


class A10(TypedDict):
    left: "A11"
    right: "A11"


class A11(TypedDict):
    left: "A12"
    right: "A12"


class A12(TypedDict):
    left: "A13"
    right: "A13"


class A13(TypedDict):
    left: "A14"
    right: "A14"


class A14(TypedDict):
    left: "A15"
    right: "A15"


class A15(TypedDict):
    rows: int


def fit(tree: A0) -> int:
    return len(tree)
