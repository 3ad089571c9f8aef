"""Models and training states as .npz files."""
