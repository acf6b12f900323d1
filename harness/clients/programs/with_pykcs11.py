"""Finds keys by label with PyKCS11 and signs with them."""

import hashlib
import os
from pathlib import Path

import PyKCS11


def found(session, kind, label):
    (only,) = session.findObjects([(PyKCS11.CKA_CLASS, kind), (PyKCS11.CKA_LABEL, label)])
    return only


def der(number: bytes) -> bytes:
    digits = number.lstrip(b"\0")
    digits = b"\0" + digits if digits[0] & 0x80 else digits
    return bytes([2, len(digits)]) + digits


library = PyKCS11.PyKCS11Lib()
library.load(os.environ["MODULE"])
slot = next(
    slot for slot in library.getSlotList(tokenPresent=True)
    if library.getTokenInfo(slot).label.strip(" \0") == os.environ["LABEL"]
)
session = library.openSession(slot, PyKCS11.CKF_SERIAL_SESSION | PyKCS11.CKF_RW_SESSION)
session.login(os.environ["PIN"])
data = Path("data").read_bytes()

private = found(session, PyKCS11.CKO_PRIVATE_KEY, "rsa")
mechanism = PyKCS11.Mechanism(PyKCS11.CKM_SHA256_RSA_PKCS, None)
signature = bytes(session.sign(private, data, mechanism))
Path("rsa.signature").write_bytes(signature)
assert session.verify(found(session, PyKCS11.CKO_PUBLIC_KEY, "rsa"), data, signature, mechanism)

private = found(session, PyKCS11.CKO_PRIVATE_KEY, "ec")
digest = hashlib.sha256(data).digest()
raw = bytes(session.sign(private, digest, PyKCS11.Mechanism(PyKCS11.CKM_ECDSA, None)))
half = len(raw) // 2
numbers = der(raw[:half]) + der(raw[half:])
Path("ec.signature").write_bytes(bytes([0x30, len(numbers)]) + numbers)
session.logout()
session.closeSession()
