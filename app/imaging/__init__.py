"""Decoding of uploaded pictures, and binarisation to white foreground on black."""
