"""`sobjects/X/{id}/{relationship}`: the parent or the children of a record by the name of the relationship.

Facts: "Relationships" (sObject Relationships, friendly URLs) of the REST guide. Only reading is served.
"""

from __future__ import annotations

from .asks import Answer, Ask
from .errors import ApiError, not_found
from .ids import normal
from .rows import read, read_by_key
from .schema import SObject


def read_related(ask: Ask) -> Answer:
    """A record by external id, or, behind an id of the object, what is related to that record.

    Unverified: an empty relationship to one parent is answered with 404 NOT_FOUND.
    Unverified: children that are read by their relationship come in pages like the records of a query.
    """
    sobject = ask.sobject()
    id18 = normal(ask.names["field"])
    if id18 is None or not id18.startswith(sobject.prefix):
        return read_by_key(ask)
    names = {"sobject": sobject.name, "id": id18}
    inner = Ask(**{**ask.__dict__, "names": names, "params": {}})
    record = read(inner).body
    wanted = ask.names["value"].lower()
    item = sobject.by_relationship.get(wanted)
    if item is not None:
        target = record[item.name]
        parent = None if target is None else ask.org.records.sobject_of(target)
        if parent is None or parent.name not in ask.org.schema:
            raise not_found()
        return read(Ask(**{**ask.__dict__, "names": {"sobject": parent.name, "id": target}}))
    for child in sobject.children:
        if (child.relationship or "").lower() == wanted and child.sobject in ask.org.schema:
            return _children(ask, ask.org.schema[child.sobject], child.field, id18)
    raise not_found()


def _children(ask: Ask, sobject: SObject, lookup: str, id18: str) -> Answer:
    names = [name.strip() for name in ask.params.get("fields", "").split(",") if name.strip()]
    for name in names:
        if name.lower() not in sobject.by_name:
            message = f"No such column '{name}' on sobject of type {sobject.name}"
            raise ApiError(400, "INVALID_FIELD", message)
    chosen = ", ".join(names or [item.name for item in sobject.fields])
    soql = f"SELECT {chosen} FROM {sobject.name} WHERE {lookup} = '{id18}'"  # noqa: S608  (SOQL, of checked names)
    answer = ask.org.queries.run(soql, ask.version, with_deleted=False, user_id=ask.user_id, written=not ask.inside)
    return Answer(200, answer)
