"""The network that a student's `backprop` is given: byhand's own, or one of the student's class."""

import inspect
from collections.abc import MutableMapping
from typing import Any

import numpy as np

__all__ = ["NAMES", "Network", "Place", "network_of"]

NAMES = ("W1", "b1", "W2", "b2")


class Network(dict[str, Any]):
    """W1 b1 W2 b2 as network["W1"], network.W1 and network.w1; `forward` keeps what it computed."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[_spelled(name)]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[_spelled(name)] = value

    def __missing__(self, name: str) -> Any:
        if _spelled(name) in self:
            return self[_spelled(name)]
        raise KeyError(name)

    def forward(self, X: Any) -> Any:
        """The probabilities P (m, k); Z1 A1 Z2 A2 are kept beside the parameters, as attributes."""
        kept = vars(self)
        kept["z1"] = kept["Z1"] = X @ self["W1"] + self["b1"]
        kept["a1"] = kept["A1"] = kept["h"] = kept["H"] = 1 / (1 + np.exp(-kept["z1"]))
        kept["z2"] = kept["Z2"] = kept["a1"] @ self["W2"] + self["b2"]
        e = np.exp(kept["z2"] - kept["z2"].max(axis=1, keepdims=True))
        kept["a2"] = kept["A2"] = kept["f_c"] = e / e.sum(axis=1, keepdims=True)
        return kept["a2"]


class Place:
    """Where a network keeps its parameters: as items or attributes, W1 or w1, rows or not."""

    def __init__(self, network: Any) -> None:
        self.held = _holder(network)
        self.lower = self.held is not None and "W1" not in self.held
        self.rows = not (self.held and np.ndim(self.held.get(self.name("b1"), 0.0)) == 1)

    def name(self, name: str) -> str:
        """How the network spells it."""
        return name.lower() if self.lower else name

    def put(self, name: str, array: Any) -> None:
        """Set a parameter."""
        assert self.held is not None
        self.held[self.name(name)] = array[None] if array.ndim == 1 and self.rows else array

    def take(self, name: str) -> Any:
        """A parameter as it is now, copied."""
        assert self.held is not None
        return np.array(self.held[self.name(name)])


def network_of(names: dict[str, Any], arrays: dict[str, Any]) -> tuple[Any, Place]:
    """A network of the student's class that has `forward` and W1 or w1, else byhand's."""
    sizes = (*arrays["W1"].shape, len(arrays["b2"]))
    classes = [each for each in list(names.values()) if inspect.isclass(each)]
    own = [each for each in classes if each.__module__ == "student" and hasattr(each, "forward")]
    for arguments in (sizes, (list(sizes),), ()):
        for each in own:
            network = each(*arguments) if _takes(each, arguments) else None
            if network is not None and Place(network).held is not None:
                return network, Place(network)
    network = Network(dict.fromkeys(NAMES))
    return network, Place(network)


def _takes(each: Any, arguments: Any) -> bool:
    try:
        inspect.signature(each).bind(*arguments)
    except (TypeError, ValueError):
        return False
    return True


def _holder(network: Any) -> MutableMapping[str, Any] | None:
    """The dictionary that has W1 or w1 in it: the network, its attributes or one of these."""
    attributes = getattr(network, "__dict__", {})
    inner = [each for each in attributes.values() if isinstance(each, MutableMapping)]
    for each in (network, attributes, *inner):
        if isinstance(each, MutableMapping) and ("W1" in each or "w1" in each):
            return each
    return None


def _spelled(name: str) -> str:
    return name[:1].upper() + name[1:] if name in ("w1", "w2") else name.replace("B", "b", 1)
