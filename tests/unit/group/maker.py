"""maker.py - certificates of a group made by somebody else: DER written here from the tables
of the digest (grouping 3), keys and signatures from Python's cryptography. A group of four:
the root, an administrator, an inviting member and a member, as a Maker of one profile."""

import datetime
import hashlib

ARC = "1.3.6.1.4.1.311.44."
PEER, CLASSIFIER = ARC + "0.2", ARC + "0.3"
ROLES = {"admin": "04387127aa56450a8ce54f565c6790f4",
         "inviter": "4370fd89dc184cfb8dbf9853a8a9f905",
         "member": "f12dc4c708574ca093fcb1bb19a3d8c2"}
FROM, TO, FOREVER = 1700000000, 1800000000, 253402300799


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    octets = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + body


def sequence(*parts):
    return tlv(0x30, *parts)


def oid(dotted):
    first, second, *rest = (int(x) for x in dotted.split("."))
    out = bytes([first * 40 + second])
    for v in rest:
        part = [v & 127]
        while v > 127:
            v >>= 7
            part.append(v & 127 | 128)
        out += bytes(reversed(part))
    return tlv(6, out)


STRINGS = {"universal": (0x1c, "utf-32-be"), "bmp": (0x1e, "utf-16-be"), "utf8": (0x0c, "utf-8"),
           "printable": (0x13, "ascii")}


def string(kind, text):
    tag, encoding = STRINGS[kind]
    return tlv(tag, text.encode(encoding))


def other_name(kind, dotted, text):
    return tlv(0xa0, oid(dotted), tlv(0xa0, string(kind, text)))


def moment(t):
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=t)
    if at.year < 2050:
        return tlv(0x17, at.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())


def extension(dotted, critical, value):
    return sequence(oid(dotted), tlv(1, b"\xff") if critical else b"", tlv(4, value))


def pkcs7(*certs):
    empty = tlv(0x31)
    data = sequence(tlv(2, b"\x01"), empty, sequence(oid("1.2.840.113549.1.7.1")),
                    tlv(0xa0, *certs), empty)
    return sequence(oid("1.2.840.113549.1.7.2"), tlv(0xa0, data))


def guid(digits, windows):
    g = bytes.fromhex(digits)
    return g[3::-1] + g[5:3:-1] + g[7:5:-1] + g[8:] if windows else g


class Maker:
    """One profile's group. How it writes is in `style`: what a key here names is written in
    that way, all else as the digest says first."""

    def __init__(self, profile, **style):
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
        self.profile, self.style, self.serialization = profile, style, serialization
        classic = profile == "classic"
        digest = style.get("digest") or (hashes.SHA1() if classic else hashes.SHA256())
        if style.get("rsa", classic):
            bits = style.get("bits", 1024 if classic else 2048)
            self.keys = [rsa.generate_private_key(65537, bits) for _ in range(4)]
            self.how = [padding.PKCS1v15(), digest]
            dotted = "1.2.840.113549.1.1." + ("5" if digest.name == "sha1" else "11")
            self.algorithm = sequence(oid(dotted), tlv(5))
        else:
            self.keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(4)]
            self.how = [ec.ECDSA(digest)]
            self.algorithm = sequence(oid("1.2.840.10045.4.3.2"))
        self.strings = style.get("strings", "universal" if classic else "utf8")
        self.names = [self.authority(i) + "." + w
                      for i, w in enumerate(("family", "ann", "ben", "cleo"))]

    def public(self, i, pkcs1=False):
        form = self.serialization.PublicFormat
        return self.keys[i].public_key().public_bytes(
            self.serialization.Encoding.DER,
            form.PKCS1 if pkcs1 else form.SubjectPublicKeyInfo)

    def authority(self, i):
        if self.profile == "classic":
            return hashlib.sha1(self.public(i, True)).hexdigest()
        return hashlib.sha256(self.public(i)).digest()[:20].hex()

    def peer_name(self, i):
        return other_name(self.strings, PEER, self.names[i])

    def alternative(self, i, issuer):
        """Subject or issuer alternative name, under the old identifiers or the new ones."""
        later = self.style.get("later")
        number = (18 if issuer else 17) if later else (8 if issuer else 7)
        host = tlv(0x82, b"example.net") if later == "with a host" else b""
        return extension("2.5.29.%d" % number, False, sequence(host, self.peer_name(i)))

    def common(self, kind):
        version = "02000000" if self.profile == "modern" else "01000200"
        yield extension(ARC + "0.1", True, tlv(4, bytes([kind, 0, 0, 0])))
        if not (kind == 3 and self.style.get("no version")):
            yield extension(ARC + "0.4", True, tlv(4, bytes.fromhex(version)))
        if self.style.get("flags"):
            yield extension(ARC + ("2.2" if kind == 3 else "3.2"), True, tlv(4, bytes(4)))
        if not self.style.get("no usage"):
            yield extension("2.5.29.37", False, sequence(oid(ARC + "3.4"),
                                                         oid("1.3.6.1.5.5.7.3.1")))
        if self.style.get("unknown"):
            yield extension("2.5.29.15", self.style["unknown"] == "critical", b"\x03\x02\x07\x80")

    def membership(self, i, roles, classifiers):
        windows = self.style.get("windows roles")
        listed = [tlv(4, guid(ROLES.get(r, r), windows)) for r in roles]
        yield extension(ARC + "3.3", True, sequence(*listed))
        yield self.classifiers(classifiers)
        yield self.alternative(i - 1, True)
        if self.style.get("authority") == "serial":
            yield extension("2.5.29.35", False, sequence(
                tlv(0xa1, tlv(0xa4, self.friendly(i - 1))), tlv(0x82, b"\x01")))
        elif self.style.get("authority") != "none":
            spki = hashlib.sha1(self.public(i - 1)).digest()
            yield extension("2.5.29.35", False, sequence(tlv(0x80, spki)))

    def friendly(self, i):
        text = ("The family", "Ann", "Ben", "Cleo")[i]
        return sequence(tlv(0x31, sequence(oid("2.5.4.3"),
                                           string(self.style.get("friendly", "utf8"), text))))

    def certificate(self, i, issuer, period, extensions):
        serial = tlv(2, b"\x11" + hashlib.md5(bytes([i, len(extensions)])).digest()[1:])
        tbs = sequence(tlv(0xa0, tlv(2, b"\x02")), serial, self.algorithm, self.friendly(issuer),
                       sequence(*(moment(t) for t in period)), self.friendly(i), self.public(i),
                       tlv(0xa3, sequence(*extensions)))
        signature = self.keys[issuer].sign(tbs, *self.how)
        return sequence(tbs, self.algorithm, tlv(3, b"\x00", signature))

    def group(self):
        return extension(ARC + "3.1", True, sequence(self.peer_name(0)))

    def classifiers(self, texts):
        return extension(ARC + "3.5", True, sequence(
            *(other_name(self.strings, CLASSIFIER, c) for c in texts)))

    def root(self):
        listed = [self.classifiers(["fish"])] if self.style.get("root list") else []
        return self.certificate(0, 0, (FROM, FOREVER), [
            *self.common(2), self.alternative(0, False), self.group(), *listed])

    def member(self, i, roles, classifiers):
        return self.certificate(i, i - 1, (FROM, TO), [
            *self.common(1), self.alternative(i, False), self.group(),
            *self.membership(i, roles, classifiers)])

    def identity(self, i):
        return self.certificate(i, i, (FROM, FOREVER),
                                [*self.common(3), self.alternative(i, False)])

    def chain(self):
        return [self.root(), self.member(1, ["admin"], []),
                self.member(2, ["inviter"], ["participant"]),
                self.member(3, ["member"], ["participant"])]
