"""The parts of the queue's policy, pure: no clock, no I/O. `scheduler.jobs.queue` puts them together."""
