"""What an instructor writes: assignments, marks, the student template, and its proofs."""
