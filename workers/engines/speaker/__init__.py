"""Speech by eSpeak NG, which is GPL: it runs in a process of its own, and only where its package was installed."""
