"""The network and its hand-derived gradients: NumPy and the standard library, nothing else."""
