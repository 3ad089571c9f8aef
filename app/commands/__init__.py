"""What the commands of `byhand` do: one file each. What they take is declared in `app/cli.py`."""
