from sklearn.ensemble import RandomForestClassifier


class Forest:
    def __init__(self, trees: list) -> None:
        self.trees = trees


def fit(rows: int = 10) -> tuple[RandomForestClassifier, Forest]: ...
