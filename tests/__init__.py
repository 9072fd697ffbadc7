"""Tests: the same folders as the code, on real servers."""
