"""The nouns: frozen values with no I/O, no clock and no third-party library."""
