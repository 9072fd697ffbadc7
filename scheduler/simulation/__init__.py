"""The scheduler's policy in virtual time: the code that runs live, on made-up or recorded jobs and workers."""
