"""Not a trainer but the machine's own rate: a 2048³ float32 product takes an epoch's place."""

import numpy as np
import protocol

a = np.random.default_rng(0).random((2048, 2048), dtype=np.float32)
b, product = a.copy(), np.empty_like(a)
protocol.answer(lambda: np.matmul(a, b, out=product), lambda: protocol.load()[3])
