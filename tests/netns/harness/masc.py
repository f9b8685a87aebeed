"""MASC messages (RFC 2909) and a peer that says whatever a test wants, and
nothing on its own. IDs take 4 octets in an IPv4 session, 16 in an IPv6 one."""

import ipaddress
import select
import socket
import struct

from .wait import Late, deadline_of, readable

PORT = 2587
OPEN, UPDATE, NOTIFICATION, KEEPALIVE = 1, 2, 3, 4
INTERNAL, CHILD, SIBLING, PARENT = 0, 1, 2, 3
IPV4, IPV6 = 1, 2
HEADER = 4
LENGTH_MAX = 4096


def number(value, family=IPV4):
    return int(value).to_bytes(4 if family == IPV4 else 16, "big")


def message(kind, body=b"", length=None):
    """length: what the header claims, when that is to be a lie."""
    return struct.pack("!HBB", HEADER + len(body) if length is None else length, kind, 0) + body


def open_body(role, domain, node, parent=0, hold=240, family=IPV4, version=1, options=b""):
    ids = b"".join(number(i, family) for i in (domain, node, parent))
    return struct.pack("!BBH", version, family << 2 | role, hold) + ids + options


def open_message(*args, **kwargs):
    return message(OPEN, open_body(*args, **kwargs))


def keepalive():
    return message(KEEPALIVE)


def notification(code, subcode, data=b"", stay_open=False):
    return message(NOTIFICATION, bytes([code | (0x80 if stay_open else 0), subcode]) + data)


def attribute(kind, role, address, mask, domain, node, timestamp, lifetime, holdtime,
              family=IPV4, deprecated=False, length=None):
    flags = (0x80 if deprecated else 0) | family << 2 | role
    data = struct.pack("!BBHIII", 0, flags, 0, timestamp, lifetime, holdtime)
    data += number(domain, family) + number(node, family)
    data += ipaddress.ip_address(address).packed + ipaddress.ip_address(mask).packed
    return struct.pack("!HBB", HEADER + len(data) if length is None else length, kind, 0) + data


def update(*attributes):
    return message(UPDATE, b"".join(attributes))


class Message:
    def __init__(self, kind, body):
        self.kind, self.body = kind, body

    @property
    def error(self):
        """(code, subcode, O bit) of a NOTIFICATION."""
        return self.body[0] & 0x7F, self.body[1], bool(self.body[0] & 0x80)

    @property
    def data(self):
        return self.body[2:]

    @property
    def hold(self):
        return struct.unpack_from("!H", self.body, 2)[0]

    def __repr__(self):
        names = {OPEN: "OPEN", UPDATE: "UPDATE", NOTIFICATION: "NOTIFICATION",
                 KEEPALIVE: "KEEPALIVE"}
        return "%s %s" % (names.get(self.kind, self.kind), self.body.hex())


class Closed(AssertionError):
    """The other side ended the connection."""


class Speaker:
    """One connection."""

    def __init__(self, sock):
        self.sock = sock
        self.rest = b""
        sock.setblocking(False)

    def close(self):
        self.sock.close()

    def reset(self):
        """Ends it with a RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def send(self, octets, within=None):
        deadline = deadline_of(within)
        while octets:
            try:
                octets = octets[self.sock.send(octets):]
            except BlockingIOError:
                if not select.select([], [self.sock], [], deadline.left())[1]:
                    raise Late("the other side does not read") from None
            except (ConnectionError, BrokenPipeError) as e:
                raise Closed(str(e)) from None

    def _more(self, deadline):
        if not readable(self.sock, deadline.left()):
            raise Late("nothing came; so far %s" % self.rest.hex())
        try:
            piece = self.sock.recv(65536)
        except ConnectionError as e:
            raise Closed(str(e)) from None
        if not piece:
            raise Closed("end of stream; left over: %s" % self.rest.hex())
        self.rest += piece

    def receive(self, within=None):
        """The next whole message."""
        deadline = deadline_of(within)
        while True:
            if len(self.rest) >= HEADER:
                length, kind = struct.unpack_from("!HB", self.rest)
                assert HEADER <= length <= LENGTH_MAX, "bad length %d" % length
                if len(self.rest) >= length:
                    found = Message(kind, self.rest[HEADER:length])
                    self.rest = self.rest[length:]
                    return found
            self._more(deadline)

    def expect(self, kind, within=None):
        """The next message, which must be of that kind."""
        got = self.receive(within)
        assert got.kind == kind, "wanted type %d, got %r" % (kind, got)
        return got

    def expect_error(self, code, subcode, within=None):
        """The next NOTIFICATION, whatever KEEPALIVE or UPDATE comes before."""
        deadline = deadline_of(within)
        while True:
            got = self.receive(deadline)
            if got.kind == NOTIFICATION:
                break
        assert got.error[:2] == (code, subcode), "wanted %d/%d, got %r" % (code, subcode, got)
        return got

    def expect_end(self, within=None):
        """The connection ends; messages before that are dropped."""
        deadline = deadline_of(within)
        try:
            while True:
                self.receive(deadline)
        except Closed:
            return

    def establish(self, *args, within=None, **kwargs):
        """Both OPENs and both first KEEPALIVEs."""
        deadline = deadline_of(within)
        self.send(open_message(*args, **kwargs))
        self.expect(OPEN, deadline)
        self.send(keepalive())
        self.expect(KEEPALIVE, deadline)


class Peer:
    """A host that can dial and be dialled, in a namespace."""

    def __init__(self, netns, address, port=PORT):
        self.netns, self.address, self.port = netns, address, port
        self.listener = None
        self.speakers = []

    def _socket(self):
        kind = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        with self.netns:
            return socket.socket(kind, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)

    def listen(self, prepare=None):
        self.listener = self._socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if prepare:
            prepare(self.listener)
        self.listener.bind((self.address, self.port))
        self.listener.listen(64)

    def accept(self, within=None):
        if not readable(self.listener, deadline_of(within).left()):
            raise Late("nobody dialled %s" % self.address)
        return self._speaker(self.listener.accept()[0])

    def dial(self, to, port=PORT, source=None, prepare=None, within=None):
        """A connection to `to`; OSError when it is refused or not answered."""
        sock = self._socket()
        if prepare:
            prepare(sock)
        sock.bind((source or self.address, 0))
        sock.settimeout(deadline_of(within).left())
        try:
            sock.connect((to, port))
        except OSError:
            sock.close()
            raise
        return self._speaker(sock)

    def _speaker(self, sock):
        """They live as long as the peer, whoever forgets about them."""
        self.speakers.append(Speaker(sock))
        return self.speakers[-1]

    def close(self):
        for s in self.speakers:
            s.close()
        if self.listener:
            self.listener.close()
            self.listener = None


def md5_key(address, key):
    """A prepare function: TCP-MD5 (RFC 2385) with that remote."""
    ip = ipaddress.ip_address(address)
    if ip.version == 4:
        remote = struct.pack("=HH4s8x", socket.AF_INET, 0, ip.packed)
    else:
        remote = struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, ip.packed, 0)
    option = remote.ljust(128, b"\0") + struct.pack("=BBHI80s", 0, 0, len(key), 0, key)

    def prepare(sock):
        sock.setsockopt(socket.IPPROTO_TCP, 14, option)  # TCP_MD5SIG

    return prepare


def ttl(hops):
    """A prepare function: send with that TTL or hop limit."""
    def prepare(sock):
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)
        else:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)

    return prepare

