"""The model at work in the app: orders of work, training, and what was rejected.

====  ====================  =====================================================================
GET   /api/orders           orders of work, and the random share
GET   /api/model            how far training is (`accord.annotator.retrain.Training`)
POST  /api/model/train      begin to train on the layer's completed documents; 202
POST  /api/model/cancel     stop training
GET   /api/rejections       rejected suggestions as JSON lines (`accord.annotator.rejections`)
====  ====================  =====================================================================
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from accord.annotator.order import SEED, SHARE, add_orders
from accord.annotator.rejections import rejections
from accord.annotator.retrain import Trainer
from accord.annotator.store import Store
from accord.annotator.workplace import Workplace
from accord.errors import AccordError


def routes(workplace: Workplace, recipe: Path | None = None) -> list[Route]:
    """What this module answers; the orders that ask a model are added to the workplace's."""
    add_orders(workplace)
    handlers = _Handlers(workplace, Trainer(workplace, recipe))
    return [
        Route("/api/orders", handlers.orders),
        Route("/api/model", handlers.model),
        Route("/api/model/train", handlers.train, methods=["POST"]),
        Route("/api/model/cancel", handlers.cancel, methods=["POST"]),
        Route("/api/rejections", handlers.rejections),
    ]


class _Handlers:
    def __init__(self, workplace: Workplace, trainer: Trainer):
        self._workplace = workplace
        self._trainer = trainer
        workplace.ending.append(trainer.close)

    async def orders(self, _: Request) -> Response:
        orders = self._workplace.orders.values()
        return JSONResponse(
            {
                "orders": [{"name": order.name, "text": order.text} for order in orders],
                "random": {"share": SHARE, "seed": SEED},
            }
        )

    async def model(self, _: Request) -> Response:
        return JSONResponse(self._state())

    async def train(self, request: Request) -> Response:
        store = self._workplace.store(request.state.person)
        await run_in_threadpool(self._trainer.start, store)
        return JSONResponse(self._state(), 202)

    async def cancel(self, _: Request) -> Response:
        await run_in_threadpool(self._trainer.cancel)
        return JSONResponse(self._state())

    async def rejections(self, request: Request) -> Response:
        store = self._workplace.store(request.state.person)
        name = f"rejections-{store.layer}.jsonl"
        # Letters other than ASCII go as RFC 8187 says.
        disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        return StreamingResponse(
            _lines(self._workplace, store),
            media_type="application/x-ndjson",
            headers={"content-disposition": disposition},
        )

    def _state(self) -> dict[str, object]:
        suggest = self._workplace.suggest
        current = None if suggest is None else {"name": suggest.name, "hash": suggest.hash}
        return {**self._trainer.to_json(), "suggesting": current}


def _lines(workplace: Workplace, store: Store) -> Iterator[str]:
    for i in workplace.documents:
        if i not in store.begun():
            continue
        try:
            yield from rejections(workplace.documents[i], store.layer, store.document(i))
        except AccordError:
            # A document whose text changed is refused everywhere; its labels point nowhere.
            continue
