"""The command line: one file a command. Parse, call one operation, render, return a number."""
