"""MNIST and other IDX files, and the distortions that training images go through."""
