"""MNIST and other IDX files, and data augmentation."""
