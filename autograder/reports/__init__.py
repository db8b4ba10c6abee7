"""The report of one submission, and one pure renderer a file."""
