"""A language that nobody speaks: English in letters as wide as they are high, so that any other
letter on the page is a sentence that the words' files do not have."""

import json
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import uvicorn

from app import settings
from app.main import create_app
from app.routes import pages
from app.routes.template import read_words
from app.settings import STATIC, Settings, words_file
from model import messages
from model.messages import en

CODE = "xx"
WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in map(chr, range(128)) if letter.isalpha()}
KEPT = re.compile(r"(<[^>]*>|\{[^}]*\}|&\w+;)")  # tags, what is filled in, entities
JOINED = re.compile(r"\{(\w+):([^}]* [^}]*)\}")  # {names:, | or }: what joins a list is words


def marked(sentence: Any) -> Any:
    """The sentence, or every sentence of a list or mapping, in the made-up language."""
    if isinstance(sentence, dict):
        return {name: marked(each) for name, each in sentence.items()}
    if isinstance(sentence, list):
        return [marked(each) for each in sentence]
    joined = JOINED.sub(lambda m: f"{{{m[1]}:{m[2].translate(WIDE)}}}", sentence)
    return "".join(
        part if KEPT.fullmatch(part) else part.translate(WIDE) for part in KEPT.split(joined)
    )


def install(directory: Path, patch: pytest.MonkeyPatch) -> None:
    """Give the language its two files: a module of model.messages and one of the page."""
    module = ModuleType(f"{messages.__name__}.{CODE}")
    module.SENTENCES = marked(en.SENTENCES)  # type: ignore[attr-defined]
    patch.setitem(sys.modules, module.__name__, module)
    patch.setattr(messages, "LANGUAGES", (*messages.LANGUAGES, CODE))
    words = marked(read_words(words_file("en")))
    static = shutil.copytree(STATIC, directory / "static")
    patch.setattr(settings, "STATIC", static)
    patch.setattr(pages, "files", pages.Files(directory=static))
    words_file(CODE).write_text(f"export default {json.dumps(words)};\n", encoding="utf-8")


@contextmanager
def serving_it(directory: Path) -> Iterator[str]:
    """A server in a thread of this process that speaks the language; its address."""
    with pytest.MonkeyPatch.context() as patch:
        install(directory, patch)
        quiet = Settings(data_dir=directory / "data", language=CODE, log_level="error")
        server = Served(
            uvicorn.Config(
                create_app(quiet),
                port=0,
                ws="none",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=1,
            )
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield server.address()
        finally:
            server.should_exit = True
            thread.join()
            messages.use("en")


class Served(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def address(self) -> str:
        assert self.ready.wait(60)
        port = self.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"
