"""Every part answers with zeros of the right shape: worthless. Appended to the reference."""
# ruff: noqa: F821 - the names are the reference's

softmax = torch.zeros_like
cross_entropy = lambda scores, labels: torch.zeros_like(scores[0, 0])  # noqa: E731
