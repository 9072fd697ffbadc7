"""Tessera on one machine: its own PostgreSQL and Valkey, and everything started by one command."""
