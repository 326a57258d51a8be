"""Custom objects, over HTTP."""
