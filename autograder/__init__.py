"""Grades deep-learning assignments: student code runs in a sandbox, marks are made outside."""

__version__ = "0.1.0"
