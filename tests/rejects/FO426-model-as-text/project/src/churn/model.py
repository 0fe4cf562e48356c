from sklearn.svm import SVC


def score(model: SVC) -> float: ...
