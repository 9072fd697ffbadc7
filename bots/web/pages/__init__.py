"""What the page asks of the server: one behaviour, one file."""
