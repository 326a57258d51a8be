"""`composite/graph`: graphs of up to 500 record requests in one call, each graph all or nothing.

Facts: "Composite Graph" and "Composite Graph Limits" of the REST guide.
"""

from __future__ import annotations

import re
from typing import Any

from .asks import Answer, Ask
from .errors import ApiError, not_found
from .routing import only_keys
from .subrequests import Handle, Part, halted, listed, named, references, run_all, shown

MOST_GRAPHS = 75
MOST_NODES = 500
DEEPEST = 15
MOST_KINDS = 15
MOST_FAILURES = 14
_GRAPH_ID = re.compile(r"[A-Za-z0-9][^.]{0,38}")
_ALLOWED = {2: ("POST",), 3: ("DELETE", "GET", "PATCH"), 4: ("DELETE", "GET", "PATCH", "POST")}
"""Methods by the number of segments of an address: sobjects/X, sobjects/X/id and sobjects/X/field/value."""


def graphs(ask: Ask, handle: Handle) -> Answer:
    """Each graph with its nodes' answers and whether it was kept; one call however many nodes.

    Unverified: a composite graph beyond one of its limits is refused as a whole with 400 LIMIT_EXCEEDED.
    Unverified: after fourteen failed graphs the remaining graphs of a call say PROCESSING_HALTED for every node.
    """
    body = ask.json_object()
    only_keys(body, {"graphs"}, "composite graph request")
    wanted = _read(listed(body, "graphs"))
    _check_limits(wanted)
    results: list[dict[str, Any]] = []
    failures = 0
    for graph_id, nodes in wanted.items():
        if failures > MOST_FAILURES:
            message = f"Processing is halted: more than {MOST_FAILURES} graphs of this request failed."
            answers, good = {name: halted(message) for name in nodes}, False
        else:
            answers, good = run_all(ask, _ordered(nodes), _only_records(handle), all_or_none=True)
        failures += not good
        entries = shown({name: answers[name] for name in nodes})
        results.append({"graphId": graph_id, "graphResponse": {"compositeResponse": entries}, "isSuccessful": good})
    return Answer(200, {"graphs": results})


def _read(entries: list[Part]) -> dict[str, dict[str, Part]]:
    """Unverified: a graph id that is missing, invalid or used twice refuses the whole request with 400 INVALID_INPUT."""
    found: dict[str, dict[str, Part]] = {}
    for entry in entries:
        only_keys(entry, {"graphId", "compositeRequest"}, "composite graph")
        graph_id = entry.get("graphId")
        if not isinstance(graph_id, str) or not _GRAPH_ID.fullmatch(graph_id) or graph_id in found:
            raise ApiError(400, "INVALID_INPUT", f"Provided graphId is missing, invalid or used twice: {graph_id}")
        found[graph_id] = named(listed(entry, "compositeRequest"))
    return found


def _check_limits(wanted: dict[str, dict[str, Part]]) -> None:
    nodes = [part for parts in wanted.values() for part in parts.values()]
    kinds = {(part["method"], *_path(part)[:2]) for part in nodes}
    deepest = max(_depths(parts)[0] for parts in wanted.values())
    for what, found, most in (
        ("graphs", len(wanted), MOST_GRAPHS),
        ("nodes", len(nodes), MOST_NODES),
        ("different nodes", len(kinds), MOST_KINDS),
        ("levels of a graph", deepest, DEEPEST),
    ):
        if found > most:
            raise ApiError(400, "LIMIT_EXCEEDED", f"The number of {what} is {found}, and the limit is {most}")


def _path(part: Part) -> list[str]:
    """The segments behind the version, in lower case as far as they name an object."""
    segments = [segment for segment in part["url"].partition("?")[0].split("/") if segment]
    return [segment.lower() for segment in segments[3:5]] + segments[5:]


def _ordered(nodes: dict[str, Part]) -> dict[str, Part]:
    """Nodes so that each stands behind those that it refers to; their order in the request doesn't matter.

    Unverified: the nodes of a graph are worked on in the order of their references, whatever their order in the request.
    """
    _, depths = _depths(nodes)
    return {name: nodes[name] for name in sorted(nodes, key=lambda name: depths[name])}


def _depths(nodes: dict[str, Part]) -> tuple[int, dict[str, int]]:
    """How deep the graph is, and each node's level. A reference to no node of the graph is left to fail on its own.
    Raises ApiError 400 for a circle.

    Unverified: nodes that refer to each other in a circle refuse the whole request with 400 INVALID_INPUT.
    """
    needs = {name: {other for other in references(part) if other in nodes} for name, part in nodes.items()}
    depths: dict[str, int] = {}
    while len(depths) < len(nodes):
        ready = [name for name in nodes if name not in depths and needs[name] <= depths.keys()]
        if not ready:
            raise ApiError(400, "INVALID_INPUT", "The nodes of a graph can not refer to each other in a circle")
        for name in ready:
            depths[name] = 1 + max((depths[other] for other in needs[name]), default=0)
    return max(depths.values(), default=0), depths


def _only_records(handle: Handle) -> Handle:
    """A graph takes sObject rows alone; any other address of the API doesn't exist for it."""

    def answered(ask: Ask) -> Answer:
        segments = [segment for segment in ask.path if segment]
        if segments[:1] != ["sobjects"] or ask.method not in _ALLOWED.get(len(segments), ()):
            return Answer(404, not_found().body())
        return handle(ask)

    return answered
