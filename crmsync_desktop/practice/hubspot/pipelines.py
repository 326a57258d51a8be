"""Pipelines and their stages: those that the portal ships with, and what was made, changed and archived since.

Sources: HubSpot's pipelines guide (a deal stage needs `probability` between 0.0 and 1.0 in steps of 0.1, 1.0 is won and
0.0 lost; `ticketState` is OPEN or CLOSED; labels are unique within the account and within a pipeline; who may have how
many) and the models of its SDK of 2026.
Unverified: an account that has as many pipelines as its tier allows answers 403 to one more.
Unverified: archiving a pipeline or stage that records still use is refused with 400 when the request asks for the check.
Unverified: the last stage of a pipeline can't be archived.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from crmsync_desktop.practice.hubspot.bodies import Shape, read, shape_of, text
from crmsync_desktop.practice.hubspot.catalog import resources
from crmsync_desktop.practice.hubspot.database import Database
from crmsync_desktop.practice.hubspot.refusals import Refusal, invalid, invalid_json, not_found
from crmsync_desktop.practice.hubspot.sources import PERSON_USER_ID
from crmsync_desktop.practice.hubspot.values import iso

MOST = {"free": 1, "starter": 2, "professional": 15, "enterprise": 100}
PROBABILITIES = {f"{tenth / 10:.1f}" for tenth in range(11)}
STAGE_NEEDED, PIPELINE_NEEDED = ("label", "displayOrder", "metadata"), ("label", "displayOrder", "stages")
PIPELINE: Shape = shape_of("label", others={"displayOrder": "whole", "stages": "objects"})
CREATED: Shape = {**PIPELINE, "pipelineId": "text"}
CHANGED: Shape = shape_of("label", flags="archived", others={"displayOrder": "whole"})
STAGE: Shape = shape_of("label", others={"displayOrder": "whole", "metadata": "object"})
NEW_STAGE: Shape = {**STAGE, "stageId": "text"}
CHANGED_STAGE: Shape = {**STAGE, "archived": "flag"}
Pipeline = dict[str, Any]
Stage = dict[str, Any]


class Pipelines:
    """By object type. Those that write hold the transaction."""

    def __init__(self, database: Database, now_ms: Callable[[], int], portal_id: int) -> None:
        self._database, self._now_ms, self._portal_id = database, now_ms, portal_id
        shipped: dict[str, list[Pipeline]] = orjson.loads((resources() / "pipelines.json").read_bytes())
        self._held = {kind: {each["id"]: each for each in pipelines} for kind, pipelines in shipped.items()}
        for kind, definition in database.connection.execute("SELECT type, definition FROM pipeline").fetchall():
            pipeline = orjson.loads(definition)
            self._held.setdefault(kind, {})[pipeline["id"]] = pipeline

    # Reading -----------------------------------------------------------------------------------------------------

    def all(self, kind: str) -> list[Pipeline]:
        """The live ones with their live stages, in display order."""
        live = [each for each in self._held.get(kind, {}).values() if not each["archived"]]
        return [self._shown(each) for each in sorted(live, key=_place)]

    def get(self, kind: str, pipeline_id: str) -> Pipeline:
        """Raises a 404 Refusal."""
        return self._shown(self._live(kind, pipeline_id))

    def stages(self, kind: str, pipeline_id: str) -> list[Stage]:
        return list(self.get(kind, pipeline_id)["stages"])

    def stage(self, kind: str, pipeline_id: str, stage_id: str) -> Stage:
        """Raises a 404 Refusal."""
        return _found(self._live(kind, pipeline_id), stage_id)

    def of_stage(self, kind: str, stage_id: str) -> tuple[str, Stage] | None:
        """The live pipeline's id and the stage that a record with this stage is in."""
        for pipeline in self._held.get(kind, {}).values():
            for stage in pipeline["stages"] if not pipeline["archived"] else ():
                if stage["id"] == stage_id and not stage["archived"]:
                    return pipeline["id"], stage
        return None

    def audit(self, kind: str, identifier: str) -> list[dict[str, Any]]:
        query = "SELECT at_ms, action, body FROM pipeline_audit WHERE type = ? AND identifier = ? ORDER BY at_ms DESC, rowid DESC"
        return [
            {"portalId": self._portal_id, "identifier": identifier, "action": action, "timestamp": iso(at_ms),
             "fromUserId": PERSON_USER_ID, "rawObject": orjson.loads(body)}
            for at_ms, action, body in self._database.connection.execute(query, (kind, identifier))
        ]  # fmt: skip

    # Writing -----------------------------------------------------------------------------------------------------

    def create(self, kind: str, given: Mapping[str, Any], tier: str) -> Pipeline:
        """Raises a Refusal: 400 for a body, 403 for one too many, 409 for an id or a label that is taken."""
        _needed(given, PIPELINE_NEEDED)
        if len(self.all(kind)) >= MOST[tier]:
            raise Refusal(403, "FORBIDDEN", f"This account can have at most {MOST[tier]} pipelines for {kind}.")
        pipeline_id = given.get("pipelineId") or str(uuid.uuid4())
        if pipeline_id in self._held.get(kind, {}):
            raise Refusal(409, "CONFLICT", f"A pipeline with the ID {pipeline_id} exists already.")
        self._refuse_label(kind, given["label"], pipeline_id)
        pipeline = self._stamped({"label": given["label"], "displayOrder": given["displayOrder"], "id": pipeline_id,
                                  "stages": [], "archived": False})  # fmt: skip
        self._put_stages(kind, pipeline, given["stages"])
        return self._keep(kind, pipeline, "CREATE")

    def replace(self, kind: str, pipeline_id: str, given: Mapping[str, Any]) -> Pipeline:
        """Raises a Refusal as `create` does, 404 for an unknown one."""
        _needed(given, PIPELINE_NEEDED)
        before = self._live(kind, pipeline_id)
        self._refuse_label(kind, given["label"], pipeline_id)
        pipeline = {
            **before,
            "label": given["label"],
            "displayOrder": given["displayOrder"],
            "updatedAt": iso(self._now_ms()),
        }
        kept = {each["id"]: each for each in before["stages"]}
        pipeline["stages"] = []
        self._put_stages(kind, pipeline, given["stages"], kept)
        return self._keep(kind, pipeline, "UPDATE")

    def update(self, kind: str, pipeline_id: str, given: Mapping[str, Any]) -> Pipeline:
        """Label and order of a live one, or `archived: false` alone to bring an archived one back."""
        held = self._held.get(kind, {}).get(pipeline_id)
        if given.get("archived") is False and held is not None and held["archived"]:
            restored = {key: value for key, value in held.items() if key != "archivedAt"}
            return self._keep(kind, self._stamped({**restored, "archived": False}), "UPDATE")
        before = self._live(kind, pipeline_id)
        if "archived" in given:
            raise invalid("archived can only be given to restore an archived pipeline.")
        if "label" in given:
            self._refuse_label(kind, given["label"], pipeline_id)
        changed = {**before, **given, "updatedAt": iso(self._now_ms())}
        return self._keep(kind, changed, "UPDATE")

    def archive(self, kind: str, pipeline_id: str, used_by: list[str]) -> None:
        """`used_by`: ids of the records in it, if the request asked to look. Raises a Refusal: 400 or 404."""
        before = self._live(kind, pipeline_id)
        if used_by:
            raise _in_use("PIPELINE_ID_IN_USE", f"Pipeline {pipeline_id}", used_by)
        stamp = iso(self._now_ms())
        self._keep(kind, {**before, "archived": True, "archivedAt": stamp, "updatedAt": stamp}, "DELETE")

    def create_stage(self, kind: str, pipeline_id: str, given: Mapping[str, Any]) -> Stage:
        pipeline = self._copy(kind, pipeline_id)
        stage = self._new_stage(kind, pipeline, given)
        pipeline["stages"].append(stage)
        self._keep(kind, pipeline, "UPDATE")
        self._audit(kind, stage["id"], "CREATE", stage)
        return stage

    def change_stage(
        self, kind: str, pipeline_id: str, stage_id: str, given: Mapping[str, Any], *, whole: bool
    ) -> Stage:
        """`whole`: PUT, which needs every field. Raises a Refusal: 400 for a body, 404 for an unknown one."""
        pipeline = self._copy(kind, pipeline_id)
        before = _found(pipeline, stage_id)
        if whole:
            _needed(given, STAGE_NEEDED)
        if "archived" in given:
            raise invalid("archived can only be given to restore an archived stage.")
        stage = self._checked_stage(kind, pipeline, {**before, **given, "updatedAt": iso(self._now_ms())})
        pipeline["stages"] = [stage if each["id"] == stage_id else each for each in pipeline["stages"]]
        self._keep(kind, pipeline, "UPDATE")
        self._audit(kind, stage_id, "UPDATE", stage)
        return stage

    def archive_stage(self, kind: str, pipeline_id: str, stage_id: str, used_by: list[str]) -> None:
        pipeline = self._copy(kind, pipeline_id)
        before = _found(pipeline, stage_id)
        if used_by:
            raise _in_use("STAGE_ID_IN_USE", f"Stage {stage_id}", used_by)
        if sum(not each["archived"] for each in pipeline["stages"]) == 1:
            raise invalid(f"Stage {stage_id} is the last one of its pipeline.")
        stamp = iso(self._now_ms())
        gone = {**before, "archived": True, "archivedAt": stamp, "updatedAt": stamp}
        pipeline["stages"] = [gone if each["id"] == stage_id else each for each in pipeline["stages"]]
        self._keep(kind, pipeline, "UPDATE")
        self._audit(kind, stage_id, "DELETE", gone)

    # Inside ------------------------------------------------------------------------------------------------------

    def _live(self, kind: str, pipeline_id: str) -> Pipeline:
        held = self._held.get(kind, {}).get(pipeline_id)
        if held is None or held["archived"]:
            raise not_found(f"Pipeline {pipeline_id} does not exist")
        return held

    def _copy(self, kind: str, pipeline_id: str) -> Pipeline:
        held = self._live(kind, pipeline_id)
        return {**held, "stages": list(held["stages"]), "updatedAt": iso(self._now_ms())}

    @staticmethod
    def _shown(pipeline: Pipeline) -> Pipeline:
        stages = sorted((each for each in pipeline["stages"] if not each["archived"]), key=_place)
        return {**pipeline, "stages": stages}

    def _stamped(self, thing: dict[str, Any]) -> dict[str, Any]:
        stamp = iso(self._now_ms())
        return {**thing, "createdAt": thing.get("createdAt", stamp), "updatedAt": stamp}

    def _refuse_label(self, kind: str, label: object, but: str) -> None:
        if not str(label).strip():
            raise invalid_json("label must be a text that isn't empty")
        if any(each["label"] == label and each["id"] != but for each in self.all(kind)):
            raise Refusal(409, "CONFLICT", f"A pipeline with the label {label} exists already.")

    def _put_stages(
        self, kind: str, pipeline: Pipeline, given: list[dict[str, Any]], kept: Mapping[str, Stage] | None = None
    ) -> None:
        if not given:
            raise invalid_json("stages must be a list of at least one stage")
        for each in given:
            pipeline["stages"].append(self._new_stage(kind, pipeline, each, (kept or {}).get(str(each.get("stageId")))))

    def _new_stage(self, kind: str, pipeline: Pipeline, given: Mapping[str, Any], before: Stage | None = None) -> Stage:
        given = read(given, NEW_STAGE)
        _needed(given, STAGE_NEEDED)
        stage_id = given.get("stageId") or str(self._database.take_ids(1))
        if any(each["id"] == stage_id for each in pipeline["stages"]) or (
            before is None and self.of_stage(kind, stage_id) is not None
        ):
            raise Refusal(409, "CONFLICT", f"A stage with the ID {stage_id} exists already.")
        stage = self._stamped({
            **(before or {}), "label": given["label"], "displayOrder": given["displayOrder"], "metadata": given["metadata"],
            "id": stage_id, "archived": False, "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        })  # fmt: skip
        return self._checked_stage(kind, pipeline, stage)

    @staticmethod
    def _checked_stage(kind: str, pipeline: Pipeline, stage: Stage) -> Stage:
        label, metadata = stage["label"], stage["metadata"]
        if not label.strip():
            raise invalid_json("label must be a text that isn't empty")
        if any(
            each["label"] == label and each["id"] != stage["id"] and not each["archived"] for each in pipeline["stages"]
        ):
            raise Refusal(409, "CONFLICT", f"A stage with the label {label} exists already in this pipeline.")
        return {**stage, "metadata": _metadata(kind, metadata)}

    def _keep(self, kind: str, pipeline: Pipeline, action: str) -> Pipeline:
        text = orjson.dumps(pipeline).decode()
        insert = "INSERT OR REPLACE INTO pipeline (type, id, definition) VALUES (?, ?, ?)"
        self._database.connection.execute(insert, (kind, pipeline["id"], text))
        self._held.setdefault(kind, {})[pipeline["id"]] = pipeline
        self._audit(kind, pipeline["id"], action, pipeline)
        return self._shown(pipeline)

    def _audit(self, kind: str, identifier: str, action: str, body: dict[str, Any]) -> None:
        insert = "INSERT INTO pipeline_audit (type, identifier, at_ms, action, body) VALUES (?, ?, ?, ?, ?)"
        self._database.connection.execute(
            insert, (kind, identifier, self._now_ms(), action, orjson.dumps(body).decode())
        )


def _metadata(kind: str, given: Mapping[str, Any]) -> dict[str, str]:
    metadata = {name: text(value) for name, value in given.items()}
    if kind == "deals":
        probability = metadata.get("probability", "")
        if probability not in PROBABILITIES | {"0", "1"}:
            raise invalid("A deal stage needs the metadata probability, between 0.0 and 1.0 in steps of 0.1.")
        metadata["isClosed"] = "true" if float(probability) in (0.0, 1.0) else "false"
    else:
        state = metadata.setdefault("ticketState", "OPEN")
        if state not in ("OPEN", "CLOSED"):
            raise invalid("ticketState must be OPEN or CLOSED.")
        metadata["isClosed"] = "true" if state == "CLOSED" else "false"
    return metadata


def _found(pipeline: Pipeline, stage_id: str) -> Stage:
    for stage in pipeline["stages"]:
        if stage["id"] == stage_id and not stage["archived"]:
            return dict(stage)
    raise not_found(f"Pipeline stage {stage_id} does not exist")


def _needed(given: Mapping[str, Any], names: tuple[str, ...]) -> None:
    if missing := [name for name in names if given.get(name) is None]:
        raise invalid_json(f"Some required fields were not set: [{', '.join(missing)}]")


def _place(thing: Mapping[str, Any]) -> tuple[int, str]:
    return thing["displayOrder"], thing["label"]


def _in_use(what: str, named: str, ids: list[str]) -> Refusal:
    extra: dict[str, object] = {"subCategory": f"PipelineError.{what}"}
    return Refusal(400, "VALIDATION_ERROR", f"{named} is referenced by object IDs: [{', '.join(ids)}]", extra=extra)
