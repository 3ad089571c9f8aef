"""Training: recipes, the loop over epochs, gradient steps, and diagnostics of a run."""
