"""Words by grammar: no weights, nothing learned, and it says so."""
