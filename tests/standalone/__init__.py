"""Tests of Tessera on one machine."""
