"""Notebooks: a course for nbgrader, its gradebook, notebooks for students, a check in a cell."""

from autograder.notebooks.kernel import Notebook

__all__ = ["Notebook"]
