"""The settings, each with its unit, read once at start from the environment (BYHAND_…)."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from model import messages

__all__ = ["STATIC", "Settings", "words_file"]

Megabytes = 1024 * 1024
HOST = re.compile(r"\*|(\*\.)?[A-Za-z0-9._-]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+|", re.ASCII)
STATIC = Path(__file__).parents[1] / "static"


def words_file(language: str) -> Path:
    """The path of the main page's sentences in this language; the file need not exist."""
    return STATIC / "words" / f"{language}.js"


class Settings(BaseSettings):
    """The service's settings. Raises ValidationError that names a setting out of range."""

    model_config = SettingsConfigDict(
        env_prefix="BYHAND_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every network.")
    port: int = Field(8000, ge=0, le=65535, description="TCP port to listen on; 0: any free one.")
    data_dir: Path = Field(
        Path("data"), description="Directory of the SQLite store and the logs; made when missing."
    )
    database_url: str | None = Field(
        None,
        description="SQLAlchemy URL of the store, such as postgresql+psycopg://user@host/byhand; "
        "unset: SQLite in the data directory.",
    )
    dask_address: str | None = Field(
        None,
        description="Address of a Dask scheduler, such as tcp://host:8786, whose workers train; "
        "unset: processes on this machine.",
    )
    job_workers: int = Field(
        1, ge=1, le=256, description="Training jobs that run at the same time, in processes."
    )
    max_queued_jobs: int = Field(
        100, ge=1, le=100_000, description="Jobs that may wait; one more is answered with 429."
    )
    max_models: int = Field(
        1000,
        ge=2,
        le=1_000_000,
        description="Models that may be stored, one for each job that waits or runs among them; "
        "what would add one more is answered with 507.",
    )
    max_store_bytes: int = Field(
        10 * 1024 * Megabytes,
        ge=Megabytes,
        description="Bytes that the store may take, with what jobs that wait or run are still to "
        "store; then no job and no model is added (507) until some are cancelled or deleted.",
    )
    samples: bool = Field(
        True,
        description="Whether drawings of the readers' own are stored with their labels, and "
        "learnt: on, or off.",
    )
    max_samples: int = Field(
        1000,
        ge=1,
        le=1000,  # so many, with all the points that they may have, are a file of 9 MB
        description="Such drawings that may be stored; what would add one more is answered with "
        "507.",
    )
    lease_seconds: float = Field(
        30.0,
        ge=1,
        le=3600,
        description="Seconds without a heartbeat after which another worker takes a job up.",
    )
    snapshots: int = Field(
        24,
        ge=0,
        le=100,
        description="The most snapshots that a training job keeps of its network, some 0.4 MB "
        "each at 128 units; 0: none.",
    )
    keep_jobs_days: float | None = Field(
        None,
        gt=0,
        description="Days after which an ended job and its events are deleted (its model stays); "
        "unset: kept for ever.",
    )
    max_body_bytes: int = Field(
        5 * Megabytes,
        ge=1024,
        le=1024 * Megabytes,
        description="Bytes that the body of a request may have; more is answered with 413.",
    )
    max_image_bytes: int = Field(
        20 * Megabytes,
        ge=1024,
        le=1024 * Megabytes,
        description="Bytes that a picture sent to /predict or /gradients may have, as a form or "
        "as the body itself; if only BYHAND_MAX_BODY_BYTES is set, that holds for pictures too.",
    )
    max_dataset_bytes: int = Field(
        40 * Megabytes,
        ge=1024,
        le=1024 * Megabytes,
        description="Bytes that a data set sent to /datasets may have; Fashion-MNIST has "
        "31,000,000.",
    )
    api_key: SecretStr | None = Field(
        None,
        description="Key that calls which change something must send; unset: open to everybody.",
    )
    allowed_hosts: str | None = Field(
        None,
        description="Names by which the service may be called besides localhost and its own "
        "addresses, such as byhand.example.org,*.example.org; * for any.",
    )
    trusted_proxies: str | None = Field(
        None,
        description="Addresses or networks of reverse proxies whose X-Forwarded-For and -Proto are "
        "believed, such as 127.0.0.1,10.0.0.0/8; * for any; unset: nobody's.",
    )
    run_code: bool = Field(
        False,
        description="Whether POST /check runs Python files, in a process with limits that are no "
        "jail: for a machine of one's own only, never where strangers can reach it.",
    )
    rate_limit: str | None = Field(
        None,
        description="Requests per client address and time, such as 600/minute; unset: no limit.",
    )
    visitor_jobs: str | None = Field(
        None,
        description="Jobs that one client address may submit in a time where no key is set, such "
        "as 100/day; unset: no limit.",
    )
    visitor_models: str | None = Field(
        None,
        description="Models that one client address may upload in a time where no key is set, "
        "such as 20/day; unset: no limit.",
    )
    visitor_samples: str | None = Field(
        None,
        description="Samples that one client address may add in a time where no key is set, such "
        "as 200/day; unset: no limit.",
    )
    visitor_bytes: str | None = Field(
        None,
        description="Bytes of those models and samples, of data sets, and of what those jobs "
        "store, such as 500000000/day; unset: no limit.",
    )
    language: str = Field(
        "en",
        description="Language of the main page, of hints, reasons and errors; en, or another with "
        "its files.",
    )
    log_level: Literal["debug", "info", "warning", "error", "critical"] = Field(
        "info", description="Lowest level that is logged; each request is logged at info."
    )

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL of the store."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'byhand.db'}"

    @property
    def most_image_bytes(self) -> int:
        """The limit of a picture's bytes: an operator's one limit is meant for all bodies."""
        only_body = "max_image_bytes" not in self.model_fields_set
        if only_body and "max_body_bytes" in self.model_fields_set:
            return self.max_body_bytes
        return max(self.max_image_bytes, self.max_body_bytes)

    @property
    def allowed_host_names(self) -> frozenset[str]:
        """The names of `allowed_hosts`, in small letters."""
        names = (self.allowed_hosts or "").lower().split(",")
        return frozenset(name.strip() for name in names) - {""}

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("language")
    @classmethod
    def _language_is_there(cls, language: str) -> str:
        there = [each for each in messages.LANGUAGES if words_file(each).exists()]
        if language not in there:
            raise ValueError(messages.say("setting.language", found=language, there=there))
        return language

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts_are_names(cls, hosts: str | None) -> str | None:
        for host in (hosts or "").split(","):
            if not HOST.fullmatch(host.strip()):
                raise ValueError(messages.say("setting.allowed_hosts", found=host.strip()))
        return hosts

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_networks(cls, proxies: str | None) -> str | None:
        for proxy in (proxies or "*").split(","):
            try:
                ipaddress.ip_network("::/0" if proxy.strip() == "*" else proxy.strip())
            except ValueError:
                raise ValueError(messages.say("setting.proxies", found=proxy.strip())) from None
        return proxies

    @field_validator(
        "rate_limit", "visitor_jobs", "visitor_models", "visitor_samples", "visitor_bytes"
    )
    @classmethod
    def _limit_reads(cls, limit: str | None, field: ValidationInfo) -> str | None:
        if limit is None:
            return None
        import limits  # imported only here and where it is applied: most services set no limit

        try:
            (limits.parse_many if field.field_name == "rate_limit" else limits.parse)(limit)
        except ValueError as error:
            raise ValueError(messages.say("setting.rate_limit", found=limit)) from error
        return limit
