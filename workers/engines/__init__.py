"""Engines make artifacts; a worker runs one task of one engine at a time."""
