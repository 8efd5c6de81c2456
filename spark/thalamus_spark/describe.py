"""`python -m thalamus_spark.describe --package gme`: the models of a package as JSON, in dependency order."""

import argparse
import json
from typing import Any

from thalamus_spark.model import Column, Model
from thalamus_spark.registry import Registry, load


def describe(package: str, registry: Registry) -> dict[str, Any]:
    return {"package": package, "models": [_model(model) for model in registry.models]}


def _model(model: Model) -> dict[str, Any]:
    return {
        "model": model.id,
        "layer": model.table.layer,
        "name": model.table.name,
        "inputs": [
            {"table": wanted.table.id, "columns": [_column(column) for column in wanted.columns]}
            for wanted in model.inputs.values()
        ],
        "key": list(model.table.key),
        "grain": list(model.grain),
        "columns": [{**_column(column), "nullable": column.nullable} for column in model.table.columns],
        "checks": [{"name": name, "condition": condition} for name, condition in model.checks.items()],
    }


def _column(column: Column) -> dict[str, Any]:
    return {"name": column.name, "type": column.type}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", required=True)
    package = parser.parse_args().package
    print(json.dumps(describe(package, load(package)), indent=2))


if __name__ == "__main__":
    main()
