"""A tiny hand-made 4-bit encoder in the format of the offline one."""

import struct

import numpy as np

HIDDEN, FEED_FORWARD, PIECES, ROWS, POSITIONS = 32, 64, 8, 10, 16
VOCABULARY = ("<s>", "<pad>", "</s>", "<unk>", "▁a", "é", "東", "<mask>")
MATRICES = {"q": 32, "k": 32, "v": 32, "ao": 32, "fi": 64, "fo": 32}


def encoder_file(*, magic=b"E5S1", lacking=None, longer=None, value=None, layers=1, heads=2):
    """Write a one-layer encoder; return its bytes and the blocks of each matrix."""
    random = np.random.default_rng(0)
    tensors, blocks = {}, {}

    def matrix(name, outputs, inputs):
        parts = [
            np.float16(random.normal()).tobytes() + random.bytes(16)
            for _ in range(outputs * inputs // 32)
        ]
        blocks[name] = parts
        tensors[name] = (1, outputs * inputs, b"".join(parts))

    def floats(name, count):
        values = random.normal(size=count * (2 if name == longer else 1)).astype("<f4")
        if value is not None:
            values[-1] = value
        tensors[name] = (0, len(values), values.tobytes())

    matrix("emb.word", ROWS, HIDDEN)
    floats("emb.pos", POSITIONS * HIDDEN)
    floats("emb.type", 2 * HIDDEN)
    for part in ("w", "b"):
        floats(f"emb.ln.{part}", HIDDEN)
        floats(f"l0.aln.{part}", HIDDEN)
        floats(f"l0.oln.{part}", HIDDEN)
    for name, outputs in MATRICES.items():
        matrix(f"l0.{name}.w", outputs, 64 if name == "fo" else 32)
        floats(f"l0.{name}.b", outputs)

    tensors.pop(lacking, None)
    pieces = [piece.encode() for piece in VOCABULARY]
    offsets = np.cumsum([0, *map(len, pieces)]).astype("<u4").tobytes()
    blob = b"".join(pieces)
    head = magic + struct.pack(
        "<I7ifi", 1, HIDDEN, layers, heads, FEED_FORWARD, ROWS, POSITIONS, 2, 1e-12, 32
    )
    head += struct.pack("<5iQ", PIECES, 0, 2, 1, 3, len(blob)) + offsets + bytes(4 * PIECES) + blob
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0x41, 1, 0x61)
    directory_bytes = 4 + sum(2 + len(name) + 21 for name in tensors)
    at, directory, body = len(head) + directory_bytes, struct.pack("<i", len(tensors)), b""
    for name, (kind, count, content) in tensors.items():
        entry = struct.pack("<BIQQ", kind, count, at + len(body), len(content))
        directory += struct.pack("<H", len(name)) + name.encode() + entry
        body += content
    return head + directory + body, blocks
