"""Moving pictures without a neural network: a camera that moves through a painted scene."""
