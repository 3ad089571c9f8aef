from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings
from model import messages

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"BYHAND_{name.upper()}", raising=False)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"BYHAND_{name.upper()}" in README.read_text()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert description.endswith(".")


def test_the_store_is_sqlite_in_the_data_directory(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).store_url == f"sqlite:///{tmp_path / 'byhand.db'}"


def test_another_database_takes_its_place() -> None:
    url = "postgresql+psycopg://localhost/byhand"
    assert Settings(database_url=url).store_url == url


def test_the_environment_is_read_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_PORT", "9001")
    monkeypatch.setenv("BYHAND_LOG_LEVEL", "WARNING")
    settings = Settings()
    assert settings.port == 9001
    assert settings.log_level == "warning"


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_API_KEY", "")
    assert Settings().api_key is None


@pytest.mark.parametrize("wrong", ["nginx", "10.0.0.1/8", "127.0.0.1;10.0.0.1", "1.2.3.4:80", ","])
def test_a_proxy_is_an_address_or_a_network(wrong: str) -> None:
    with pytest.raises(ValidationError, match="expected addresses or networks"):
        Settings(trusted_proxies=wrong)


@pytest.mark.parametrize("right", [None, "*", "127.0.0.1", "::1, 10.0.0.0/8"])
def test_proxies_that_are_trusted(right: str | None) -> None:
    assert Settings(trusted_proxies=right).trusted_proxies == right


def test_the_key_does_not_show_in_a_printout() -> None:
    assert "open sesame" not in repr(Settings(api_key="open sesame"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "70000"),
        ("job_workers", "0"),
        ("lease_seconds", "0"),
        ("max_body_bytes", "-1"),
        ("rate_limit", "many"),
        ("log_level", "loud"),
        ("language", "xx"),
        ("language", "../en"),
    ],
)
def test_a_value_out_of_range_stops_the_start_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"BYHAND_{name.upper()}", value)
    with pytest.raises(ValidationError, match=name):
        Settings()


def test_a_language_needs_both_of_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "LANGUAGES", ("en", "xx"))
    with pytest.raises(ValidationError, match=r"no sentences in 'xx'.*static/words/: en"):
        Settings(language="xx")


def test_one_limit_of_bodies_is_one_of_pictures_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().most_image_bytes == 20 * 2**20
    monkeypatch.setenv("BYHAND_MAX_BODY_BYTES", "2000")
    assert Settings().most_image_bytes == 2000
    monkeypatch.setenv("BYHAND_MAX_IMAGE_BYTES", "3000")
    assert Settings().most_image_bytes == 3000
