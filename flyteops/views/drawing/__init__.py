"""Drawings of workflows: one picture of a run graph, and the forms that it is written in. Draws, decides nothing."""
