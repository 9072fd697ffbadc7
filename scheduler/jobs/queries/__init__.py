"""The SQL of jobs: one file for each part of their life. Sets of rows go in one statement."""
