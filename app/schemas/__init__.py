"""Request and response models, one file per resource, with the examples that /docs shows."""
