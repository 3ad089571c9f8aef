"""PyTorch, eager, on tensors in memory: the loop its tutorials teach, without a DataLoader."""

import protocol
import torch

torch.set_num_threads(1)
x, y, test_x, _ = map(torch.from_numpy, protocol.load())
net = torch.nn.Sequential(
    torch.nn.Linear(784, protocol.HIDDEN), torch.nn.Sigmoid(), torch.nn.Linear(protocol.HIDDEN, 10)
)
optimizer = torch.optim.SGD(net.parameters(), lr=protocol.LEARNING_RATE)
loss = torch.nn.CrossEntropyLoss()


def epoch():
    """One pass in a fresh order."""
    order = torch.randperm(len(x))
    for first in range(0, len(x), protocol.BATCH):
        rows = order[first : first + protocol.BATCH]
        optimizer.zero_grad()
        loss(net(x[rows]), y[rows]).backward()
        optimizer.step()


def predict():
    """The test digits."""
    with torch.no_grad():
        return net(test_x).argmax(dim=1).numpy()


protocol.answer(epoch, predict)
