"""The rows of the table, a file each: how the contestants are measured, in turn, and what is told about it."""
