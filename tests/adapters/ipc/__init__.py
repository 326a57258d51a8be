"""The facade across a process boundary."""
