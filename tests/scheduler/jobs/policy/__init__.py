"""The properties of the queue's policy."""
