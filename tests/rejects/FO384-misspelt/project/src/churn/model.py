def prep(rows: int = 10) -> int:
    return rows
