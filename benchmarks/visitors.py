"""What a byhand is asked by all kinds of visitors at once, for as long as one likes."""

import asyncio
import io
import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx
import numpy as np
from PIL import Image

from model.data.idx import load_mnist_part

SMALL = {"epochs": 3, "train_examples": 2000, "hidden_layers": [32]}
OCTETS = {"Content-Type": "application/octet-stream"}
WAIT_SECONDS = 120  # for an answer, before it counts as none


class Visitors:
    """Coroutines that ask for everything that the service does; `answers` counts what they got."""

    def __init__(self, address: str) -> None:
        self.answers: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self._http = httpx.AsyncClient(base_url=address, timeout=WAIT_SECONDS, verify=False)
        self._dice = random.Random(1)
        self._images, self._labels = load_mnist_part("test")

    async def visit(self, seconds: float) -> None:
        """Ask for so many seconds: each kind with its own pause in between."""
        kinds: list[tuple[Callable[[], Awaitable[None]], float]] = [
            (self.predict, 0.05),
            (self.picture, 0.5),
            (self.large_picture, 15),
            (self.batch, 1),
            (self.gradients, 0.5),
            (self.leave, 3),
            (self.exercise, 2),
            (self.worksheet, 3),
            (self.page, 1),
            (self.train, 1),
            (self.cancel, 7),
            (self.upload, 2),
            (self.refused, 1),
        ]
        tasks = [asyncio.create_task(self._repeat(work, pause)) for work, pause in kinds]
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()

    async def _repeat(self, work: Callable[[], Awaitable[None]], pause: float) -> None:
        while True:
            try:
                await work()
            except (httpx.HTTPError, KeyError, ValueError) as error:
                self.wrong[f"{work.__name__}: {type(error).__name__} {error}"[:100]] += 1
            await asyncio.sleep(pause)

    async def _ask(self, method: str, path: str, expected: int = 200, **more) -> httpx.Response:
        answer = await self._http.request(method, path, **more)
        kind = f"{method} {path.partition('?')[0]}"
        self.answers[re.sub("[0-9a-f]{20}", "{id}", kind)] += 1
        # 429: too much waited already, which is an answer, too.
        if answer.status_code not in (expected, 429):
            self.wrong[f"{kind}: {answer.status_code}"] += 1
        return answer

    def _digit(self) -> np.ndarray:
        return self._images[self._dice.randrange(len(self._images))]

    def _file(self, side: int, kind: str) -> bytes:
        paper = np.full((side, side), 210, np.uint8)
        digit = Image.fromarray(self._digit().reshape(28, 28)).resize((side // 2, side // 2))
        paper[side // 4 : side // 4 + side // 2, side // 4 : side // 4 + side // 2] -= (
            np.asarray(digit) // 2
        )
        file = io.BytesIO()
        Image.fromarray(paper).save(file, kind)
        return file.getvalue()

    async def predict(self) -> None:
        await self._ask("POST", "/predict", json={"pixels": self._digit().tolist()})

    async def picture(self) -> None:
        file = await asyncio.to_thread(self._file, self._dice.choice((200, 900, 1600)), "PNG")
        many = self._dice.choice(("/predict", "/predict?digits=many", "/predict?details=true"))
        await self._ask("POST", many, files={"image": file})

    async def large_picture(self) -> None:
        file = await asyncio.to_thread(self._file, 3500, "JPEG")
        await self._ask("POST", "/predict", content=file, headers={"Content-Type": "image/jpeg"})

    async def batch(self) -> None:
        some = self._images[:1000].tobytes()
        await self._ask("POST", "/predict/batch", content=some, headers=OCTETS)

    async def gradients(self) -> None:
        body = {"pixels": self._digit().tolist(), "label": self._dice.randrange(10)}
        query = self._dice.choice(("", "?check=true", "?full=true", "?learning_rate=0.1"))
        await self._ask("POST", "/gradients" + query, json=body)

    async def leave(self) -> None:
        """Ask for much, and go before it is there."""
        body = {"pixels": self._images[:400].tolist(), "labels": self._labels[:400].tolist()}
        with suppress(TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(0.3):
                await self._ask("POST", "/gradients?check=true", json=body)

    async def exercise(self) -> None:
        level, seed = self._dice.randint(1, 10), self._dice.randrange(1000)
        await self._ask("GET", f"/exercise?level={level}&seed={seed}&format=json")
        answer = {"exercise": f"1-{seed}", "db2": [0.5, -0.5]}
        await self._ask("POST", "/check", json=answer)

    async def worksheet(self) -> None:
        await self._ask("GET", f"/worksheet?seed={self._dice.randrange(1000)}&sheets=3")

    async def page(self) -> None:
        for path in ("/", "/models", "/train?limit=20", "/readyz", "/metrics"):
            await self._ask("GET", path)

    async def train(self) -> None:
        """Train, follow to the end, with a second stream that is cut off, and delete the model."""
        job = (await self._ask("POST", "/train", 202, json=SMALL)).json()["id"]
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await self._follow(job)
        end = await self._follow(job)
        await self._ask("GET", f"/models/{end['model']}/snapshots")
        await self._ask("DELETE", f"/models/{end['model']}", 204)

    async def _follow(self, job: str) -> dict:
        """The data of a job's last event."""
        data: dict = {}
        async with self._http.stream("GET", f"/train/{job}/events") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    data = json.loads(line[6:])
        self.answers["GET /train/{id}/events"] += 1
        return data

    async def cancel(self) -> None:
        job = (await self._ask("POST", "/train", 202, json=SMALL | {"epochs": 5000})).json()["id"]
        await asyncio.sleep(2)
        await self._ask("DELETE", f"/train/{job}", 202)
        end = await self._follow(job)
        if end.get("model"):
            await self._ask("DELETE", f"/models/{end['model']}", 204)

    async def upload(self) -> None:
        weights = (await self._ask("GET", "/models/pixels/weights")).content
        sent = {"files": {"weights": weights}, "data": {"name": "copy"}}
        model = (await self._ask("POST", "/models", 201, **sent)).json()["id"]
        await self._ask("GET", f"/models/{model}/evaluation?worst=5")
        body = {"pixels": self._digit().tolist()}
        await self._ask("POST", f"/predict?model={model}", json=body)
        await self._ask("DELETE", f"/models/{model}", 204)

    async def refused(self) -> None:
        for body in itertools.islice(("{", '{"pixels": [[1]]}', "[]"), 3):
            answer = await self._http.post("/predict", content=body)
            self.answers["POST /predict (refused)"] += 1
            if not 400 <= answer.status_code < 500:
                self.wrong[f"POST /predict of {body!r}: {answer.status_code}"] += 1
