"""Confidence of answers: calibrated probabilities, and rejection of images that are no digit."""
