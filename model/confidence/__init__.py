"""How far an answer can be trusted: calibrated probabilities, and whether it is a digit at all."""
