"""The models of a package, in an order in which each comes after the models it is made from."""

import importlib
import importlib.util
from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter

from thalamus_spark.model import DeclarationError, Model


class Registry:
    """Models by id, in dependency order; the order is the same whatever the order of declaration."""

    def __init__(self, models: Iterable[Model]) -> None:
        by_id: dict[str, Model] = {}
        for model in models:
            if model.id in by_id:
                raise DeclarationError(f"{model.id} is declared twice")
            by_id[model.id] = model
        self._check_inputs(by_id)
        self.models = tuple(by_id[name] for name in self._order(by_id))

    def __getitem__(self, model_id: str) -> Model:
        for model in self.models:
            if model.id == model_id:
                return model
        raise DeclarationError(f"there is no model {model_id}; there are {', '.join(m.id for m in self.models)}")

    def select(self, ids: Sequence[str] | None) -> tuple[Model, ...]:
        """The named models in dependency order; all of them when none is named."""
        if not ids:
            return self.models
        wanted = {self[model_id].id for model_id in ids}
        return tuple(model for model in self.models if model.id in wanted)

    @staticmethod
    def _check_inputs(by_id: dict[str, Model]) -> None:
        for model in by_id.values():
            for wanted in model.inputs.values():
                table = wanted.table
                if table.layer == "tastg":
                    continue
                if table.id not in by_id or by_id[table.id].table != table:
                    raise DeclarationError(f"{model.id} reads {table.id}, which no model makes in that shape")

    @staticmethod
    def _order(by_id: dict[str, Model]) -> list[str]:
        graph = {
            model.id: {wanted.table.id for wanted in model.inputs.values() if wanted.table.id in by_id}
            for model in by_id.values()
        }
        sorter = TopologicalSorter(graph)
        try:
            sorter.prepare()
        except CycleError as error:
            raise DeclarationError(f"models depend on each other in a circle: {' → '.join(error.args[1])}") from None
        order: list[str] = []
        while sorter.is_active():
            ready = sorted(sorter.get_ready())
            order.extend(ready)
            sorter.done(*ready)
        return order


def load(package: str) -> Registry:
    """
    The registry of a package: `gme` is `thalamus_spark.models.gme`; anything else is an importable module's name. The
    module holds its models in `MODELS`.
    """
    own = f"thalamus_spark.models.{package}"
    name = own if package.isidentifier() and importlib.util.find_spec(own) else package
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise DeclarationError(
            f"there is no package of models {package}: neither {own} nor a module of that name; "
            "set transform.package in pipeline.yaml, or put the package on PYTHONPATH"
        ) from error
    models = getattr(module, "MODELS", None)
    if models is None:
        raise DeclarationError(f"{name} has no MODELS: a list of its models")
    return Registry(models)
