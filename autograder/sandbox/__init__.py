"""Runs a student's code where it cannot reach its own grade."""
