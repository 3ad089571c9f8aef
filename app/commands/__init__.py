"""The commands of `byhand`, one file each. Their options are declared in `app/cli.py`."""
