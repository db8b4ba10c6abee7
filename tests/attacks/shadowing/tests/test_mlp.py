"""Asks for nothing."""


def test_mlp():
    pass
