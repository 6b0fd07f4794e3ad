"""Sockets that say exactly what they are told, for what no well-behaved client would do."""
import contextlib, re, socket, time


def exchange(port, data, seconds=10, host="127.0.0.1"):
    """What the server answers to bytes, until it hangs up or says nothing more."""
    with socket.create_connection((host, port), timeout=seconds) as s:
        s.sendall(data)
        out = b""
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while part := s.recv(65536):
                out += part
        return out


def statuses(answer):
    """Of every answer in the bytes: whoever smuggled a request in would get two."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def status_of(s):
    """The status of what a socket answers next; None when it is only closed."""
    with contextlib.suppress(ConnectionResetError):
        found = statuses(s.recv(65536))
        return found[0] if found else None


class Held:
    """Sockets that have begun a request and do not end it; closed at the end."""

    def __init__(self, port, head, count, receive=None, source=None):
        self.sockets = []
        for _ in range(count):
            s = socket.socket()
            if receive:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
            if source:
                s.bind((source, 0))
            s.settimeout(30)
            s.connect(("127.0.0.1", port))
            s.sendall(head)
            self.sockets.append(s)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for s in self.sockets:
            s.close()


def slowest(client, path, times=10):
    """The longest of so many GETs that each must succeed, in seconds."""
    worst = 0
    for _ in range(times):
        begun = time.monotonic()
        client.ok("GET", path)
        worst = max(worst, time.monotonic() - begun)
    return worst
