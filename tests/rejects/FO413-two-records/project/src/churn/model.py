from dataclasses import dataclass


@dataclass
class Cat:
    name: str


@dataclass
class Dog:
    name: str


def fit(pet: Cat | Dog) -> str:
    return pet.name
