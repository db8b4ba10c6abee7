"""Notebooks: a course for nbgrader, its gradebook, notebooks for students, a check in a cell."""
