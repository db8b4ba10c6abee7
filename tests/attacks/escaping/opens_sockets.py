"""Opens a socket of any family that there is.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import contextlib
import socket

import modeling_gpt2 as gpt2


def attempt():
    families = {name: getattr(socket, name) for name in dir(socket) if name.startswith("AF_")}
    for family in families.values():
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            with contextlib.suppress(OSError):
                return socket.socket(family, kind).close()
    return socket.socket().close()


gpt2.once(attempt)
