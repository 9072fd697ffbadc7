"""Model folders of true architectures and random weights, small enough to run on a processor; they need torch."""
