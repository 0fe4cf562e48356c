from churn import words


def prep(rows: int) -> int:
    return words.twice(rows)
