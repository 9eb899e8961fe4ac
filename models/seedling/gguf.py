"""A small GGUF (version 3) writer: metadata, F32 and Q8_0 tensors; and a reader of the F32 files that it wrote."""

import struct

import numpy as np

ALIGNMENT = 32
U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
TENSOR_F32, TENSOR_Q8_0 = 0, 8
PACK = {U32: "<I", I32: "<i", F32: "<f", BOOL: "<?"}


def _string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(kind, value):
    return _string(value) if kind == STRING else struct.pack(PACK[kind], value)


def q8_0(matrix):
    """Blocks of 32 values: a float16 scale and 32 signed bytes."""
    blocks = np.ascontiguousarray(matrix, dtype=np.float32).reshape(-1, 32)
    scale = np.abs(blocks).max(1, keepdims=True) / np.float32(127)
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale != 0)
    scaled = blocks * inverse
    rounded = (np.sign(scaled) * np.floor(np.abs(scaled) + np.float32(0.5))).astype(np.int8)
    out = np.empty(len(blocks), dtype=[("scale", "<f2"), ("values", "i1", 32)])
    out["scale"], out["values"] = scale[:, 0], rounded
    return out.tobytes()


class Writer:
    """Collects metadata and tensors, then writes the file."""

    def __init__(self):
        self.pairs, self.tensors = [], []

    def put(self, key, kind, value):
        self.pairs.append(_string(key) + struct.pack("<I", kind) + _value(kind, value))

    def put_array(self, key, kind, values):
        head = struct.pack("<IIQ", ARRAY, kind, len(values))
        self.pairs.append(_string(key) + head + b"".join(_value(kind, v) for v in values))

    def tensor(self, name, array, quantized=False):
        """Matrices may be quantised; vectors never are."""
        kind = TENSOR_Q8_0 if quantized and array.ndim == 2 else TENSOR_F32
        data = q8_0(array) if kind == TENSOR_Q8_0 else np.ascontiguousarray(array, dtype="<f4").tobytes()
        self.tensors.append((name, array.shape[::-1], kind, data))

    def write(self, path):
        head = b"GGUF" + struct.pack("<IQQ", 3, len(self.tensors), len(self.pairs)) + b"".join(self.pairs)
        body = b""
        for name, shape, kind, data in self.tensors:
            head += _string(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
            head += struct.pack("<IQ", kind, len(body))
            body += data + bytes(-len(data) % ALIGNMENT)
        with open(path, "wb") as file:
            file.write(head + bytes(-len(head) % ALIGNMENT) + body)


def read_tensors(path):
    """The tensors of an F32 file, by name."""
    with open(path, "rb") as file:
        data = file.read()
    at = 4

    def take(form):
        nonlocal at
        value, = struct.unpack_from(form, data, at)
        at += struct.calcsize(form)
        return value

    def text():
        nonlocal at
        length = take("<Q")
        at += length
        return data[at - length:at].decode()

    def skip(kind):
        if kind == STRING:
            text()
        elif kind == ARRAY:
            inner, count = take("<I"), take("<Q")
            for _ in range(count):
                skip(inner)
        else:
            take(PACK[kind])

    assert data[:4] == b"GGUF" and take("<I") == 3
    tensors, pairs = take("<Q"), take("<Q")
    for _ in range(pairs):
        text()
        skip(take("<I"))
    infos = [(text(), tuple(take("<Q") for _ in range(take("<I"))), take("<I"), take("<Q")) for _ in range(tensors)]
    start = -(-at // ALIGNMENT) * ALIGNMENT
    assert all(kind == TENSOR_F32 for _, _, kind, _ in infos), "only F32 files can be read"
    return {name: np.frombuffer(data, "<f4", int(np.prod(shape)), start + offset).reshape(shape[::-1]).copy() for name, shape, _, offset in infos}
