"""Every sentence of the bots and of the web chat: pure functions from data to a Screen, one file per topic."""
