"""The same suite on the same submissions by this grader and by others, in turn: `make bench`."""
