"""Running a graded suite against one submission and turning the outcomes into a score."""
