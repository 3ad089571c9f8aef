"""Training: the recipe, the loop over epochs, the gradient step, and what a run shows of itself."""
