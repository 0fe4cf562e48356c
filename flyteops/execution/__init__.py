"""Meaning shared by plan, local run, emitter and pod: the run graph, keys, conditions, retries, schedule slots."""
