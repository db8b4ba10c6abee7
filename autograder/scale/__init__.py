"""Grading a whole class: executors."""
