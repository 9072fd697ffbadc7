"""Sound and moving pictures as files: loudness, encoding, and what they look like small."""
