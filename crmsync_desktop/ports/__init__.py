"""What the engine asks of the outside, as protocols only."""
