"""The window. Talks to the engine through the facade alone; frozen views in, calls out."""
