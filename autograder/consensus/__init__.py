"""The class's majority vote: what all wrote in each gap, put together into one program."""
