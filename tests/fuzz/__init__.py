"""Fuzzers: commands that look for what no test thought of. What they find becomes a plain test beside its code."""
