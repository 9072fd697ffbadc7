"""Music by rules: numpy alone, no samples and nothing learned."""
