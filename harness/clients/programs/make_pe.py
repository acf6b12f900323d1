"""Writes the smallest Windows program that can be signed, or changes a byte of one: make_pe.py [--change] FILE."""

import struct
import sys

TEXT = 0x200


def smallest() -> bytes:
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    optional = struct.pack(
        "<HBBIIIIIIIIIHHHHHHIIIIHHIIIIII",
        0x10B, 14, 0, 0x200, 0, 0, 0x1000, 0x1000, 0x2000,
        0x400000, 0x1000, 0x200, 4, 0, 0, 0, 4, 0, 0, 0x2000, 0x200, 0, 3, 0,
        0x100000, 0x1000, 0x100000, 0x1000, 0, 16,
    ) + bytes(16 * 8)
    file = struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, len(optional), 0x102)
    section = struct.pack("<8sIIIIIIHHI", b".text", 1, 0x1000, 0x200, TEXT, 0, 0, 0, 0, 0x60000020)
    header = dos + b"PE\0\0" + file + optional + section
    return header.ljust(TEXT, b"\0") + b"\xc3".ljust(0x200, b"\0")


if sys.argv[1] == "--change":
    with open(sys.argv[2], "r+b") as program:
        program.seek(TEXT + 1)
        program.write(b"\x90")
else:
    with open(sys.argv[1], "wb") as program:
        program.write(smallest())
