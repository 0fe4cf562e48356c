"""The functions of the pipeline."""
