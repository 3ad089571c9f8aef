"""The README's table of settings is the settings: none missing, none invented."""

import re
from pathlib import Path

from app.settings import Settings

README = (Path(__file__).parents[2] / "README.md").read_text()
ROW = re.compile(
    r"^\| `BYHAND_(?P<name>[A-Z_]+)` \| (?P<default>[^|]*) \| (?P<meaning>[^|]+) \|$", re.M
)


def test_every_setting_has_its_row_and_every_row_its_setting() -> None:
    documented = [match["name"].lower() for match in ROW.finditer(README)]
    assert documented == list(Settings.model_fields)


def test_rows_show_the_defaults() -> None:
    for match in ROW.finditer(README):
        default = Settings.model_fields[match["name"].lower()].default
        shown = match["default"].strip().strip("`")
        assert shown == ("unset" if default is None else str(default)), match["name"]


def test_rows_say_what_the_field_says() -> None:
    for match in ROW.finditer(README):
        field = Settings.model_fields[match["name"].lower()]
        assert match["meaning"].strip() == field.description, match["name"]
