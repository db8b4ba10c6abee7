"""Not the grader."""
