"""The models: one fit per setting, and the choice among them."""

import pickle
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from digits.data import read


class Family(Enum):
    """Kinds of model that the sweep may name."""

    NEIGHBOURS = "neighbours"
    LOGISTIC = "logistic"
    CURVE = "curve"


@dataclass(frozen=True)
class Setting:
    """One entry of the sweep."""

    name: str
    family: Family
    strength: float = 1.0
    """Number of neighbours, or how closely the model follows the images (C)."""


@dataclass(frozen=True)
class Score:
    """How a fitted setting did on the validation images."""

    name: str
    accuracy: float


def fit(train: Path, validation: Path, setting: Setting) -> tuple[Path, Score]:
    """Fits one setting and scores it on images that it was not fitted to."""
    model = build(setting)
    model.fit(*read(train))
    path = Path("model.pickle")
    path.write_bytes(pickle.dumps(model))
    accuracy = float(model.score(*read(validation)))
    print(f"{setting.name}: {accuracy:.4f} on the validation images")
    return path, Score(name=setting.name, accuracy=accuracy)


def choose(models: list[Path], scores: list[Score], test: Path) -> tuple[Path, float, str]:
    """The model with the best score (the first of equals), its accuracy on the test images, and its name."""
    best = max(range(len(scores)), key=lambda i: scores[i].accuracy)
    return models[best], float(read_model(models[best]).score(*read(test))), scores[best].name


def build(setting: Setting) -> ClassifierMixin:
    """The model that a setting describes, not fitted yet."""
    match setting.family:
        case Family.NEIGHBOURS:
            return KNeighborsClassifier(n_neighbors=round(setting.strength))
        case Family.LOGISTIC:
            return LogisticRegression(C=setting.strength, max_iter=1000)
        case Family.CURVE:
            return SVC(C=setting.strength, gamma="scale", random_state=0)


def read_model(path: Path) -> ClassifierMixin:
    """The model that `fit` wrote."""
    return pickle.loads(path.read_bytes())  # noqa: S301 - a file of our own
