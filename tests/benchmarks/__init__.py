"""Tessera beside its peers and beside the floor: `python -m tests.benchmarks`."""
