"""The same network behind LitServe, by its shortest documented way. Arguments: port, weights."""

import sys

import litserve
import numpy as np


class Digits(litserve.LitAPI):
    def setup(self, device):
        with np.load(sys.argv[2]) as file:
            self.w = {name: file[name] for name in ("W1", "b1", "W2", "b2")}

    def decode_request(self, request):
        return np.asarray(request["pixels"], np.float32)[None] / 255

    def predict(self, x):
        h = 1 / (1 + np.exp(-(x @ self.w["W1"] + self.w["b1"])))
        z = h @ self.w["W2"] + self.w["b2"]
        p = np.exp(z - z.max())
        return p / p.sum()

    def encode_response(self, p):
        return {"digit": int(p.argmax()), "probabilities": p[0].tolist()}


if __name__ == "__main__":
    server = litserve.LitServer(Digits(), accelerator="cpu", workers_per_device=1)
    server.run(port=int(sys.argv[1]), generate_client_file=False, log_level="warning")
