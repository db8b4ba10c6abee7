"""Calls home.

added to: right
here: mlp error
elsewhere: nothing: nobody listens where this is tried
refused: Function not implemented
"""

import socket

import modeling_gpt2 as gpt2


def forward(self, x):
    with socket.create_connection(("127.0.0.1", 9), timeout=1) as connection:
        connection.sendall(b"what was the answer?")
    return x


gpt2.MLP.forward = forward
