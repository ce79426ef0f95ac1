"""The model that runs, in the shape of OpenAI's API: what programs ask for before they upload."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from vivavoz.errors import NotFoundError
from vivavoz.runtime.loading import EngineLoader


class Model(BaseModel):
    """The model; ``created`` is when this server started, in seconds since 1970, and ``owned_by``
    the engine that runs it."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class ModelList(BaseModel):
    """All models that this server runs: one."""

    object: Literal["list"] = "list"
    data: tuple[Model, ...]


def models_router(loader: EngineLoader, started_at_s: float) -> APIRouter:
    """The routes of models.

    Args:
        loader: of the engine.
        started_at_s: when the server started, in seconds since 1970.
    """
    router = APIRouter(prefix="/v1/models", tags=["files"])

    def running() -> Model:
        capabilities = loader.require().engine.capabilities
        return Model(id=capabilities.model, created=int(started_at_s), owned_by=capabilities.name)

    @router.get("", summary="The model that runs")
    async def list_models() -> ModelList:
        return ModelList(data=(running(),))

    @router.get("/{model_id:path}", summary="The model that runs, by its name")
    async def get_model(model_id: str) -> Model:
        model = running()
        if model_id != model.id:
            raise NotFoundError(
                f"This server runs the model '{model.id}' and no other: ask for that one.",
                model=model.id,
            )
        return model

    return router
