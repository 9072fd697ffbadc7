"""What people can do on Discord, one behaviour a file."""
