"""Strict fake platforms on loopback that the real client libraries talk to."""
