"""The outside: each folder knows one vendor or one part of the machine."""
