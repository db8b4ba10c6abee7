"""What each subcommand does: it calls the parts, prints, and returns the exit code."""
