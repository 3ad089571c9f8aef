"""Exercises on paper: a sheet to be worked with a pencil, with a code that leads to its check."""
