"""Preprocessing of images: MNIST's form, deskewing, gradient-direction features."""
