"""The one error of the embedded services."""


class EmbeddedError(Exception):
    """The private servers cannot run; the message says why and what the person can do about it."""
