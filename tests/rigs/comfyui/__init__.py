"""A strict stand-in for a ComfyUI server, after transcripts of a real one: its answers, its events and their order."""
