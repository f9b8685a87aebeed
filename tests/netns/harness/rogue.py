"""Somebody who speaks the protocol of groups (modern) and says in it what they like: TLS by
Python's own library, frames, Hellos and records by hand from doc/graph.md and doc/group.md,
nothing of ours. What papers say is read with python3-cryptography."""

import base64
import datetime
import hashlib
import os
import re
import socket
import ssl
import struct
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

from .graphs import PORT
from .groups import PASSPHRASE
from .wait import readable

ALPN = "p2pgroup/2"
AUTH_INFO, CONNECT, WELCOME, REFUSE, FLOOD = 1, 2, 3, 4, 0x0b
NEIGHBOR = 1
PASSWORD = 5
POLICY = bytes([4]) + bytes(15)
SECURITY = bytes([2]) + bytes(15)
NOTE = bytes.fromhex("6e6f7465000040008000000000000000")
TICKS = 10000000
# The base point of ristretto255 (RFC 9496, A.1).
A_POINT = bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")
EPOCH_1601 = 11644473600


def element(path, name):
    """The octets in an element of a paper."""
    with open(path, encoding="utf-8") as f:
        found = re.search(r"<%s\b[^>]*>([^<]*)</%s>" % (name, name), f.read())
    return base64.b64decode(found.group(1))


class Key:
    """An identity with its key, and the chain that it shows; of a person's own exports."""

    def __init__(self, person, group="Home"):
        secret = person.secret()
        person.cli("id", "export", person.label, person.file("stolen.id"), "--passphrase-file",
                   secret)
        data = element(person.file("stolen.id"), "DATA")
        self.key, self.certificate, _ = pkcs12.load_key_and_certificates(data, PASSPHRASE.encode())
        self.name = person.cli("id", "show", person.label)["name"]
        self.chain = b""
        if group:
            person.cli("group", "export", group, person.file("stolen.group"))
            self.chain = element(person.file("stolen.group"), "GMC")
        self.folder = person.file("")

    def serial(self):
        """Of the leaf of the chain: the certificate that has our key."""
        ours = self.key.public_key().public_bytes(serialization.Encoding.DER,
                                                  serialization.PublicFormat.SubjectPublicKeyInfo)
        for c in pkcs7.load_der_pkcs7_certificates(self.chain):
            if c.public_key().public_bytes(
                    serialization.Encoding.DER,
                    serialization.PublicFormat.SubjectPublicKeyInfo) == ours:
                return c.serial_number.to_bytes(16, "big")
        raise AssertionError("a chain of somebody else")

    def context(self, more=()):
        """For TLS; `more` certificates (PEM) are shown besides."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols([ALPN])
        path = os.path.join(self.folder, "rogue.pem")
        with open(path, "wb") as f:
            f.write(self.key.private_bytes(serialization.Encoding.PEM,
                                           serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
            f.write(self.certificate.public_bytes(serialization.Encoding.PEM))
            f.write(b"".join(more))
        context.load_cert_chain(path)
        return context

    def sign(self, octets):
        r, s = utils.decode_dss_signature(self.key.sign(octets, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def giants(n, octets):
    """n certificates (PEM) of about so many octets each, of no use to anybody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "giant")])
    junk = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.311.44.9.9"),
                                      bytes(octets))
    start = datetime.datetime(2020, 1, 1)
    made = []
    for _ in range(n):
        made.append(x509.CertificateBuilder().subject_name(name).issuer_name(name)
                    .public_key(key.public_key()).serial_number(x509.random_serial_number())
                    .not_valid_before(start).not_valid_after(start.replace(year=2049))
                    .add_extension(junk, critical=False).sign(key, hashes.SHA256())
                    .public_bytes(serialization.Encoding.PEM))
    return made


def units(text):
    return (text + "\0").encode("utf-16-be") if text else b""


def now_1601():
    return int((time.time() + EPOCH_1601) * TICKS)


def message(kind, body):
    return struct.pack("!IBBH", 8 + len(body), 0x10, kind, 0) + body


class Record:
    """A record as it goes over the wire, signed by a key."""

    def __init__(self, group, key, creator=None, kind=NOTE, payload=b"", version=1, id_=None,
                 modifier=None, serials=None, life=3600):
        self.group, self.key, self.kind, self.payload = group, key, kind, payload
        self.creator, self.modifier = creator or key.name, modifier
        self.version, self.flags, self.attributes = version, 0, b""
        self.id = id_ or self.fold() + os.urandom(8)
        self.created = now_1601() - TICKS
        self.modified = self.created + (1 if modifier else 0)
        self.expires = self.created + life * TICKS
        self.serials = serials or (key.serial(), key.serial())

    def fold(self):
        h = hashlib.sha256(units(self.creator)).digest()
        return bytes(h[i] ^ h[i + 8] for i in range(8))

    def stream(self):
        parts = (units(self.group), units(self.creator), units(self.modifier), self.attributes,
                 self.payload)
        return (struct.pack("!I", 0x200) + self.kind + self.id
                + struct.pack("!IIQQQ", self.version, self.flags, self.created, self.expires,
                              self.modified)
                + b"".join(struct.pack("!I", len(p)) + p for p in parts) + b"".join(self.serials))

    def octets(self, signature=None):
        def wide(text):
            u = units(text)
            return struct.pack("!I", len(u) // 2) + u

        security = b"".join(self.serials) + (signature or self.key.sign(self.stream()))
        return (self.kind + self.id + struct.pack("!II", self.version, self.flags)
                + wide(self.creator) + wide(self.modifier)
                + struct.pack("!I", len(security)) + security
                + struct.pack("!QQQ", self.created, self.expires, self.modified)
                + wide(self.group) + struct.pack("!H", 0x0100)
                + struct.pack("!I", len(self.payload)) + self.payload + struct.pack("!I", 0))


class Ended(Exception):
    """The other side closed the connection."""


class Rogue:
    """A connection from a person's network to another's daemon."""

    def __init__(self, person, to, within=20, source=None):
        """source: one of several addresses of that network."""
        self.within = within
        with person.netns:
            self.sock = socket.socket()
        self.sock.settimeout(within)
        if source:
            self.sock.bind((source, 0))
        self.sock.connect((to.address, PORT))
        self.tls, self.rest, self.plain = None, b"", b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    # ---- octets

    def frame(self, octets):
        try:
            self.sock.sendall(struct.pack("!H", len(octets)) + octets)
        except OSError as e:
            raise Ended from e

    def _octets(self, n):
        while len(self.rest) < n:
            try:
                if not readable(self.sock, self.within):
                    raise AssertionError("nothing came")
                got = self.sock.recv(65536)
            except ConnectionError:
                got = b""
            if not got:
                raise Ended
            self.rest += got
        out, self.rest = self.rest[:n], self.rest[n:]
        return out

    def a_frame(self):
        return self._octets(struct.unpack("!H", self._octets(2))[0])

    def is_ended(self):
        """Whether the other side closes it, whatever it says before."""
        try:
            while True:
                self.a_frame()
        except Ended:
            return True

    # ---- who we are

    def auth_info(self, group, name, to=""):
        texts = [t.encode() + b"\0" for t in (group, name)] + [to.encode() + b"\0" if to else b""]
        source = 16 + len(texts[0])
        self.said = message(AUTH_INFO, struct.pack("!BBHHH", NEIGHBOR, 0, 16, source,
                                                   source + len(texts[1])) + b"".join(texts))
        self.frame(self.said)

    def begin_tls(self, context):
        """Our first octets of TLS go out."""
        self.taken, self.given = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.taken, self.given)
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        self.flush()

    def flush(self):
        out = self.given.read()
        for at in range(0, len(out), 16000):
            self.frame(out[at:at + 16000])

    def shake(self, context):
        self.begin_tls(context)
        while True:
            self.taken.write(self.a_frame())
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.flush()
        self.flush()

    def say(self, plain):
        """One record of TLS, in a frame."""
        self.tls.write(plain)
        self.frame(self.given.read())

    def hear(self):
        """Plain octets of the next record that has some."""
        while True:
            self.taken.write(self.a_frame())
            try:
                got = self.tls.read(16384)
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLZeroReturnError as e:
                raise Ended from e
            if got:
                return got

    def hello(self, chain=b"", binding=None):
        out = struct.pack("!HBB", 0, 2, 0) + (binding or hashlib.sha256(self.said).digest())
        if chain:
            out += struct.pack("!HI", 1, len(chain)) + chain
        for at in range(0, len(out), 16000):
            self.say(out[at:at + 16000])

    # ---- who knows a secret (doc/group.md, section 13)

    def knock(self, invitation):
        """M1, with a share that is a point; invitation: its identifier, none for a password."""
        body = struct.pack("!BB16s", 1, bool(invitation), invitation or bytes(16)) + A_POINT
        self.say(struct.pack("!HBB", 0, 2, 0) + hashlib.sha256(self.said).digest()
                 + struct.pack("!HI", PASSWORD, len(body)) + body)

    def guess(self):
        """Hears M2, and says M3 with a proof that is none: reason and seconds of the refusal,
        which may have come before."""
        heard = self.hear()
        if heard[-12:-6] != struct.pack("!HI", PASSWORD, 6):
            self.say(struct.pack("!HIB", PASSWORD, 65, 3) + os.urandom(64))
            heard = self.hear()
        return struct.unpack("!BI", heard[-5:])

    def enter(self, group, key):
        """All that a member does to be let in; what the other side says of itself."""
        self.auth_info(group, key.name)
        self.shake(key.context())
        self.hello(key.chain)
        return self.hear()

    # ---- a neighbor

    def neighbor(self, name):
        """CONNECT, and WELCOME."""
        text = name.encode() + b"\0"
        self.say(message(CONNECT, struct.pack("!BBHHHQ", 1, 0, 24, 24, 0,
                                              int.from_bytes(os.urandom(8), "big") | 1) + text))
        assert self.a_message()[0] == WELCOME
        return self

    def a_message(self):
        """Its type and its octets."""
        while True:
            if len(self.plain) >= 8:
                size, _, kind, _ = struct.unpack("!IBBH", self.plain[:8])
                if len(self.plain) >= size:
                    out, self.plain = self.plain[:size], self.plain[size:]
                    return kind, out
            self.plain += self.hear()

    def flooded(self, kind=None):
        """The next record of that type that is flooded to us; of an application, None."""
        while True:
            what, octets = self.a_message()
            found = octets[12:28]
            if what == FLOOD and (found == kind if kind else any(found[1:])):
                return octets[12:]

    def flood(self, record):
        body = message(FLOOD, struct.pack("!HH", 12, 0) + record)
        for at in range(0, len(body), 16000):
            self.say(body[at:at + 16000])
