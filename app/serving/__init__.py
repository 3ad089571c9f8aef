"""What answers requests: the models in memory, explanations, evaluations, the process."""
