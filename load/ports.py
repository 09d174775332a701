"""Ports on loopback for servers that must be told theirs."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port that nobody is given by chance in the next minute, free for whoever asks for it.

    A connection through it was just closed from its side, so the system keeps it back from
    everybody who takes any port, and gives it to a server that names it (with ``SO_REUSEADDR``,
    as servers do). Two who look for a port at once are never given the same one.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as caller:
            answering, _ = server.accept()
            answering.close()
            caller.recv(1)
    return port
