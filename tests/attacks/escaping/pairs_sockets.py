"""Makes a pair of sockets, over which descriptors could be passed.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import socket

import modeling_gpt2 as gpt2


def attempt():
    for end in socket.socketpair():
        end.close()


gpt2.once(attempt)
