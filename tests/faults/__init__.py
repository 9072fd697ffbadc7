"""The fault machine: real processes and servers, a hundred people, and all that can go wrong, at seeded moments.

`python -m tests.faults --seed 7` runs one round and prints what was found. The same seed makes the same script and the
same plan of faults; how real processes interleave is not repeatable, so a seed brings a fault back often, not always.
"""
