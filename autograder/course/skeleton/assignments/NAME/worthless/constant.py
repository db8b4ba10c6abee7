"""Every part answers one constant of the right shape: worthless. Appended to the reference."""
# ruff: noqa: F821 - the names are the reference's

softmax = lambda scores: torch.full_like(scores, 1 / scores.shape[-1])  # noqa: E731
cross_entropy = lambda scores, labels: scores.new_tensor(scores.shape[-1]).log()  # noqa: E731
