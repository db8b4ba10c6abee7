"""Which mistake a submission has: what it gives is compared with what known mistakes give."""
