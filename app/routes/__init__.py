"""One file per resource. A route is a declaration: typed input, one call, its responses."""
