"""Effects in order: observe, match, plan, execute, settle."""
