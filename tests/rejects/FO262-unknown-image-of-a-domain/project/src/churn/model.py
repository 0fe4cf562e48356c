def prep(rows: int) -> int:
    return rows
