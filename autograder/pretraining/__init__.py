"""What `autograder check pretraining FOLDER` does: measures any small language model."""
