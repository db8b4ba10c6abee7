"""Every part answers with zeros of the right shape: worthless. Appended to the reference."""
# ruff: noqa: F821 - the names are the reference's

row_of = lambda word, index: 0  # noqa: E731
rows_of = lambda word, index: [0]  # noqa: E731
word_vector = lambda word, index, table: torch.zeros_like(table[0])  # noqa: E731
combine = lambda signs, vectors: torch.zeros_like(vectors[0])  # noqa: E731
unit = torch.zeros_like
cosine_similarity = lambda a, b: torch.zeros_like(a * b)[..., 0]  # noqa: E731
nearest_candidate = lambda target, vectors: (0, torch.zeros_like(vectors[:, 0]))  # noqa: E731
parse_equation = lambda text: ([0], [""])  # noqa: E731
solve_among = lambda text, candidates, index, table: (  # noqa: E731
    candidates[0], torch.zeros_like(table[: len(candidates), 0])
)  # fmt: skip


def nearest_words(targets, table, excluded, k):
    zeros = torch.zeros_like(targets[:, :1]).expand(-1, k)
    return zeros.long(), zeros


def solve_freely(texts, index, table, k):
    return [list(index)[:k] for _ in texts], torch.zeros_like(table[0, 0]).expand(len(texts), k)
