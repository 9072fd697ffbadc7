"""The painter: a picture from words and a seed by numpy and Pillow alone, without a GPU and without weights."""
