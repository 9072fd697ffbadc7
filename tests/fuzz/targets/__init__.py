"""What is fuzzed by coverage: each module's `one_input` takes any bytes and raises where a promise breaks."""
