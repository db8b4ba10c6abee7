"""$title: soft-max and cross-entropy, each in a function of a few lines."""

import torch


def softmax(scores):
    """Scores of any shape to weights of that shape, which sum to 1 along the last axis."""
    # [MASK softmax/largest] scores.amax(dim=-1, keepdim=True)
    # hint: exp of a large number overflows. What may every score lose without changing the weights?
    # hint: With the largest score of each vector taken away, no exponential is above 1.
    # 提示：exp 遇到大数会溢出。每个分数同时减去什么，权重也不变？
    # 提示：减去每个向量里最大的分数，指数就都不超过 1。
    shifted = scores - scores.amax(dim=-1, keepdim=True)
    powers = shifted.exp()
    # [MASK softmax/total] powers.sum(dim=-1, keepdim=True)
    # hint: Along which axis should the weights sum to 1? Keep it, so that it broadcasts.
    # 提示：权重沿哪一维加起来是 1？保留那一维，才能广播。
    return powers / powers.sum(dim=-1, keepdim=True)


def cross_entropy(scores, labels):
    """The mean of -log(weight of the right class): scores (n, c), labels (n,) int64, to ()."""
    weights = softmax(scores)  # (n, c)
    # [MASK cross_entropy/chosen]
    # hint: One weight of each row: the one at its label.
    # 提示：每行取一个权重，就是标签所指的那个。
    chosen = torch.gather(weights, 1, labels[:, None])  # (n, 1)
    # [MASK cross_entropy/loss] -chosen.log().mean()
    # hint: The likelier the right class, the smaller the loss; it is never negative.
    # 提示：正确类别的权重越大，损失越小；损失不会是负数。
    return -chosen.log().mean()
