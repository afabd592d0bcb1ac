"""The model's graph, one node after another.

Rasa builds a dask graph for every message and has dask find the order. The order never changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner

Step = tuple[str, GraphNode, tuple[str, ...]]
"""A node's name, the node, and the names of what it is given."""


class OrderedGraphRunner(DaskGraphRunner):
    """Runs the nodes that lead to the targets in an order that is found once."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """See the parent class."""
        super().__init__(*arguments, **named)
        self._orders: dict[tuple[str, ...], Sequence[Step]] = {}

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """Run the graph; what each target gives, by its name.

        Raises:
            GraphRunError: an input has a node's name. Others: what a node raises.
        """
        wanted = tuple(targets or self._graph_schema.target_names)
        steps = self._orders.get(wanted)
        if steps is None:
            steps = self._orders[wanted] = self._order(wanted)
        given = inputs or {}
        if any(name in given for name, _, _ in steps):
            raise GraphRunError("an input of the graph has the name of one of its nodes")
        done: dict[str, Any] = {name: (name, value) for name, value in given.items()}
        for name, node, needs in steps:
            # A name that stands for nothing is passed on as it is, and the node says what it lacks.
            done[name] = node(*(done.get(need, need) for need in needs))
        return dict(done[target] for target in wanted)

    def _order(self, targets: tuple[str, ...]) -> Sequence[Step]:
        schema = self._graph_schema.minimal_graph_schema(list(targets))
        needs = {name: tuple(node.needs.values()) for name, node in schema.nodes.items()}
        order = TopologicalSorter(needs).static_order()
        return [
            (name, self._instantiated_nodes[name], needs[name]) for name in order if name in needs
        ]
