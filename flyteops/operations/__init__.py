"""The use cases. They see stages and ports, which arrive as keyword arguments; never an adapter, never a terminal."""
