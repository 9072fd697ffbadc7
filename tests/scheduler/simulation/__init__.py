"""tessera simulate."""
