"""An assignment as a Gradescope autograder: the zip that is uploaded, and what runs in it there."""
