"""From a grey picture to the 784 inputs of a network: MNIST's form, deskewing, edge features."""
