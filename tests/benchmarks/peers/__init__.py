"""The queues that Tessera is compared with, each behind the same few methods, as its manual says to use it."""
