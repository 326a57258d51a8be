"""Use cases: what a person can ask for, window and terminal alike."""
