"""The harbour: plain Python, nothing here knows what runs it."""

EDITION = "spring"
