"""A student's own checks: once, or at each save until the course is done."""
