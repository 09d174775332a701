"""Ports for servers that must be told theirs."""

from __future__ import annotations

import errno
import socket

import pytest

from load.ports import free_port


def test_a_port_is_kept_for_a_server_that_names_it() -> None:
    port = free_port()
    with socket.socket() as anyone, pytest.raises(OSError) as refused:
        anyone.bind(("127.0.0.1", port))
    assert refused.value.errno == errno.EADDRINUSE
    with socket.create_server(("127.0.0.1", port)) as server:
        assert server.getsockname()[1] == port


def test_nobody_gets_a_port_of_another() -> None:
    assert len({free_port() for _ in range(50)}) == 50
