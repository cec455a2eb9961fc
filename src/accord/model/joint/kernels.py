"""Whether onnxruntime's fast int8 product is exact on this processor, found by trying it."""

from functools import cache

import numpy as np

_ROWS, _INNER = 8, 4

# y = x w, uint8 [8, 4] times int8 [4, 16], as serialised ONNX (opset 10): the runtime has no
# package that could write it. All weights are 127, the largest there is.
_PRODUCT = (
    b'\x08\x05\x12\x00:\x9a\x01\n\x18\n\x01x\n\x01w\x12\x01y"\rMatMulInteger\x12\x07product'
    b"*K\x08\x04\x08\x10\x10\x03B\x01wJ@" + bytes([127]) * 64 + b"Z\x13\n\x01x\x12\x0e\n\x0c"
    b"\x08\x02\x12\x08\n\x02\x08\x08\n\x02\x08\x04b\x13\n\x01y\x12\x0e\n\x0c\x08\x06\x12\x08\n"
    b"\x02\x08\x08\n\x02\x08\x10B\x04\n\x00\x10\n"
)


@cache
def fast_product_is_exact() -> bool:
    """Whether the largest codes on both sides give their true sum.

    With VNNI they do. Without it, the fast product of x86-64 adds pairs in 16 bits, which saturate.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(_PRODUCT, options, providers=["CPUExecutionProvider"])
    (found,) = session.run(["y"], {"x": np.full((_ROWS, _INNER), 255, np.uint8)})
    return bool((found == 255 * 127 * _INNER).all())
