from __future__ import annotations

from typing import Any

import pytest

from crmsync_desktop.practice.salesforce import EXTERNAL_ID

from .conftest import Server

PATH = "composite/sobjects"


def typed(sobject: str = "Contact", **fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": sobject}, **fields}


def test_two_hundred_records_are_created_in_order_in_one_call(server: Server) -> None:
    records = [typed(LastName=f"L{i}") for i in range(200)]
    results = server.post(PATH, {"allOrNone": False, "records": records}).json()
    assert all(result["success"] and result["errors"] == [] for result in results)
    ids = [result["id"] for result in results]
    found = server.post(f"{PATH}/Contact", {"ids": ids, "fields": ["LastName"]}).json()
    assert [record["LastName"] for record in found] == [f"L{i}" for i in range(200)]
    assert server.org.usage.used() == 2


def test_more_than_two_hundred_records_are_refused(server: Server) -> None:
    records = [typed(LastName="L") for _ in range(201)]
    server.refused(server.post(PATH, {"records": records}), 400, "EXCEEDED_ID_LIMIT")
    ids = ",".join(["003Pr0000000001"] * 201)
    server.refused(server.call("DELETE", f"{PATH}?ids={ids}"), 400, "EXCEEDED_ID_LIMIT")
    many = {"ids": ["003Pr0000000001"] * 2001, "fields": ["Id"]}
    server.refused(server.post(f"{PATH}/Contact", many), 400, "EXCEEDED_ID_LIMIT")
    assert server.org.count("Contact") == 0


def test_types_may_be_mixed_in_at_most_ten_chunks(server: Server) -> None:
    pair = [typed(LastName="L"), typed("Account", Name="A")]
    assert all(result["success"] for result in server.post(PATH, {"records": pair * 5}).json())
    server.refused(server.post(PATH, {"records": pair * 6}), 400, "INVALID_BATCH_OPERATION")


def test_updates_name_each_record_by_its_id(server: Server) -> None:
    one, gone = server.contact(), server.contact()
    server.call("DELETE", f"sobjects/Contact/{gone}")
    records = [
        typed(Id=one[:15], FirstName="Jane"),
        typed(id=gone, FirstName="Jane"),
        typed(Id="003Pr0000000099IAA", FirstName="Jane"),
        typed(Id="nonsense", FirstName="Jane"),
        typed(FirstName="Jane"),
    ]
    results = server.patch(PATH, {"records": records}).json()
    assert results[0] == {"id": one, "success": True, "errors": []}
    codes = [result["errors"][0]["statusCode"] for result in results[1:]]
    assert codes == ["ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID", "MISSING_ARGUMENT"]
    assert results[1]["id"] == gone
    assert server.org.get(one)["FirstName"] == "Jane"  # type: ignore[index]


def test_all_or_none_takes_the_good_ones_back(server: Server) -> None:
    records = [typed(LastName="Good"), typed(FirstName="Bad"), typed(LastName="Good")]
    results = server.post(PATH, {"allOrNone": True, "records": records}).json()
    codes = [result["errors"][0]["statusCode"] for result in results]
    rolled = "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert codes == [rolled, "REQUIRED_FIELD_MISSING", rolled]
    assert all(not result["success"] and "id" not in result for result in results)
    assert server.org.count("Contact") == 0


def test_upserts_by_external_id_say_what_they_created(server: Server) -> None:
    known = server.contact(**{EXTERNAL_ID: "1"})
    records = [typed(LastName="Known", **{EXTERNAL_ID: "1"}), typed(LastName="New", **{EXTERNAL_ID: "2"})]
    first, second = server.patch(f"{PATH}/Contact/{EXTERNAL_ID}", {"records": records}).json()
    assert first == {"id": known, "success": True, "errors": [], "created": False}
    assert second["created"] is True
    assert server.patch(f"{PATH}/Contact/{EXTERNAL_ID}", {"records": records}).json()[1]["created"] is False
    assert server.org.count("Contact") == 2


def test_upserts_by_email_and_by_id_work_as_recorded(server: Server) -> None:
    known = server.contact(Email="gob@example.com")
    (result,) = server.patch(
        f"{PATH}/Contact/Email", {"records": [typed(LastName="B", Email="GOB@example.com")]}
    ).json()
    assert (result["id"], result["created"]) == (known, False)
    by_id = [typed(LastName="C", Id=known), typed(LastName="D", Id=None)]
    first, second = server.patch(f"{PATH}/Contact/Id", {"records": by_id}).json()
    assert (first["id"], first["created"], second["created"]) == (known, False, True)


def test_upserts_that_are_not_clear_fail_alone(server: Server) -> None:
    for _ in range(2):
        server.contact(Email="twice@example.com")
    records = [
        typed(LastName="A", Email="twice@example.com"),
        typed(LastName="B"),
        typed(LastName="C", Email="same@example.com"),
        typed(LastName="D", Email="SAME@example.com"),
        typed(LastName="E", Email="fine@example.com"),
    ]
    results = server.patch(f"{PATH}/Contact/Email", {"records": records}).json()
    codes = [result["errors"][0]["statusCode"] if result["errors"] else "" for result in results]
    assert codes == ["DUPLICATE_EXTERNAL_ID", "MISSING_ARGUMENT", "DUPLICATE_VALUE", "DUPLICATE_VALUE", ""]


def test_upserts_of_another_type_or_by_another_field_are_refused(server: Server) -> None:
    answer = server.patch(f"{PATH}/Contact/{EXTERNAL_ID}", {"records": [typed("Lead", LastName="A")]})
    server.refused(answer, 400, "INVALID_INPUT")
    server.refused(server.patch(f"{PATH}/Contact/FirstName", {"records": []}), 404, "NOT_FOUND")
    server.refused(server.patch(f"{PATH}/Nope/Id", {"records": []}), 404, "NOT_FOUND")


def test_deletes_answer_for_each_id(server: Server) -> None:
    one, two = server.contact(), server.contact()
    ids = f"{one[:15]},{two},003Pr0000000099IAA,nonsense"
    results = server.call("DELETE", f"{PATH}?ids={ids}").json()
    assert [result["success"] for result in results] == [True, True, False, False]
    assert results[0] == {"id": one, "success": True, "errors": []}
    codes = [result["errors"][0]["statusCode"] for result in results[2:]]
    assert codes == ["INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID"]
    again = server.call("DELETE", f"{PATH}?ids={one}&allOrNone=true").json()
    assert again[0]["errors"][0]["statusCode"] == "ENTITY_IS_DELETED"


def test_retrieve_gives_null_for_what_is_not_there(server: Server) -> None:
    one, gone = server.contact(FirstName="Jane"), server.contact()
    server.call("DELETE", f"sobjects/Contact/{gone}")
    ids = [gone, one, "003Pr0000000099", one[:15]]
    found = server.post(f"{PATH}/Contact", {"ids": ids, "fields": ["FirstName", "id"]}).json()
    record = {
        "attributes": {"type": "Contact", "url": f"/services/data/v60.0/sobjects/Contact/{one}"},
        "Id": one,
        "FirstName": "Jane",
    }
    assert found == [None, record, None, record]
    assert server.get(f"{PATH}/Contact", params={"ids": ",".join(ids), "fields": "FirstName"}).json() == found


def test_retrieve_refuses_unknown_fields_and_ids_of_another_object(server: Server) -> None:
    body = {"ids": ["003Pr0000000001"], "fields": ["Nope"]}
    server.refused(server.post(f"{PATH}/Contact", body), 400, "INVALID_FIELD")
    server.refused(server.post(f"{PATH}/Contact", {"ids": ["x"], "fields": ["Id"]}), 400, "MALFORMED_ID")
    server.refused(server.post(f"{PATH}/Contact", {"ids": [], "fields": ["Id"]}), 400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "JSON_PARSER_ERROR"),
        ({"records": ["x"]}, "JSON_PARSER_ERROR"),
        ({"records": [], "allOrNone": "yes"}, "JSON_PARSER_ERROR"),
        ({"records": [], "extra": 1}, "JSON_PARSER_ERROR"),
        ({"records": [{"LastName": "A"}]}, "INVALID_TYPE"),
        ({"records": [typed("Nope")]}, "INVALID_TYPE"),
    ],
)
def test_a_collection_that_is_not_well_formed_is_refused_whole(server: Server, body: object, code: str) -> None:
    server.refused(server.post(PATH, body), 400, code)


def test_results_stand_in_the_order_of_the_request_whatever_happened(server: Server) -> None:
    there = server.contact(**{EXTERNAL_ID: "2"})
    records = [
        typed(LastName="A", **{EXTERNAL_ID: "1"}),
        typed(LastName="B", **{EXTERNAL_ID: "2"}),
        typed(LastName="x" * 81, **{EXTERNAL_ID: "3"}),
        typed(FirstName="nobody", **{EXTERNAL_ID: "4"}),
        typed(LastName="E", **{EXTERNAL_ID: "5"}),
    ]
    results = server.patch(f"{PATH}/Contact/{EXTERNAL_ID}", {"records": records}).json()
    assert [result.get("created") for result in results] == [True, False, None, None, True]
    assert results[1] == {"id": there, "success": True, "errors": [], "created": False}
    codes = [result["errors"][0]["statusCode"] for result in results[2:4]]
    assert codes == ["STRING_TOO_LONG", "REQUIRED_FIELD_MISSING"]
    assert server.get(f"sobjects/Contact/{EXTERNAL_ID}/5").json()["LastName"] == "E"


def test_one_record_may_be_updated_twelve_times_in_a_call(server: Server) -> None:
    one = server.contact()
    records = [typed(Id=one, FirstName=f"F{number}") for number in range(14)]
    results = server.patch(PATH, {"records": records}).json()
    assert [result["success"] for result in results] == [True] * 12 + [False] * 2
    assert results[12] == {
        "id": one,
        "success": False,
        "errors": [
            {
                "statusCode": "DUPLICATE_VALUE",
                "message": "Maximum number of duplicate updates in one batch (12 allowed). Attempt to update Id more "
                f"than once in this Api call: {one[:15]}",
                "fields": [],
            }
        ],
    }
    assert server.get(f"sobjects/Contact/{one}").json()["FirstName"] == "F11"


def test_a_unique_value_is_given_once_in_a_call(server: Server) -> None:
    records = [typed(LastName="A", **{EXTERNAL_ID: "Key"}), typed(LastName="B", **{EXTERNAL_ID: "KEY"})]
    first, second = server.post(PATH, {"records": records}).json()
    assert first["success"]
    message = f"duplicate value found: {EXTERNAL_ID} duplicates value on record with id: {first['id']}"
    assert second["errors"] == [{"statusCode": "DUPLICATE_VALUE", "message": message, "fields": []}]
    one, two = server.contact(), server.contact()
    records = [typed(Id=one, **{EXTERNAL_ID: "9"}), typed(Id=two, **{EXTERNAL_ID: "9"})]
    assert [result["success"] for result in server.patch(PATH, {"records": records}).json()] == [True, False]


def test_a_key_that_stands_twice_in_an_upsert_refuses_both(server: Server) -> None:
    records = [typed(LastName="A", **{EXTERNAL_ID: key}) for key in ("a", "b", "A")]
    results = server.patch(f"{PATH}/Contact/{EXTERNAL_ID}", {"records": records}).json()
    assert [result["success"] for result in results] == [False, True, False]
    assert results[2]["errors"] == [
        {"statusCode": "DUPLICATE_VALUE", "message": "Duplicate external id specified: A", "fields": [EXTERNAL_ID]}
    ]


def test_an_email_that_several_have_is_no_key(server: Server) -> None:
    ids = [server.contact(Email="a@b.example") for _ in range(2)]
    (result,) = server.patch(f"{PATH}/Contact/Email", {"records": [typed(LastName="A", Email="A@b.example")]}).json()
    (error,) = result["errors"]
    assert (error["statusCode"], error["fields"]) == ("DUPLICATE_EXTERNAL_ID", ["Email"])
    assert all(found in error["message"] for found in ids)


def test_the_id_does_not_stand_beside_an_external_id(server: Server) -> None:
    there = server.contact(**{EXTERNAL_ID: "2"})
    records = [typed(Id=there, LastName="A", **{EXTERNAL_ID: key}) for key in ("1", "2")]
    results = server.patch(f"{PATH}/Contact/{EXTERNAL_ID}", {"records": records}).json()
    codes = [result["errors"][0]["statusCode"] for result in results]
    assert codes == ["INVALID_FIELD_FOR_INSERT_UPDATE"] * 2


def test_an_id_as_key_must_be_one_of_the_objects(server: Server) -> None:
    account = server.post("sobjects/Account", {"Name": "A"}).json()["id"]
    records = [typed(Id=account, LastName="A"), typed(Id=None, LastName="B")]
    bad, good = server.patch(f"{PATH}/Contact/Id", {"records": records}).json()
    assert bad["errors"][0]["statusCode"] == "MALFORMED_ID"
    assert good["created"] is True


def test_all_or_none_of_updates_and_deletes_leaves_everything_as_it_was(server: Server) -> None:
    one, gone = server.contact(FirstName="A"), server.contact()
    server.org.delete([gone])
    records = [typed(Id=one, FirstName="B"), typed(Id=gone, FirstName="B")]
    first, second = server.patch(PATH, {"records": records, "allOrNone": True}).json()
    assert first["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert second["errors"][0]["statusCode"] == "ENTITY_IS_DELETED"
    first, second = server.call("DELETE", f"{PATH}?ids={one},{gone}&allOrNone=true").json()
    assert first["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    after = server.get(f"sobjects/Contact/{one}").json()
    assert (after["FirstName"], after["IsDeleted"]) == ("A", False)
    assert server.org.changed_by("Contact", [one]) == {one: "sync"}


def test_a_deletion_of_many_types_has_ten_chunks_and_a_clear_all_or_none(server: Server) -> None:
    pair = [server.contact(), server.post("sobjects/Account", {"Name": "A"}).json()["id"]]
    server.refused(server.call("DELETE", f"{PATH}?ids={','.join(pair * 6)}"), 400, "INVALID_BATCH_OPERATION")
    server.refused(server.call("DELETE", f"{PATH}?ids={pair[0]}&allOrNone=maybe"), 400, "INVALID_QUERY_PARAMETER")
    results = server.call("DELETE", f"{PATH}?ids={','.join((*pair, pair[0], '003'))}").json()
    assert [result["success"] for result in results] == [True, True, False, False]
    codes = [result["errors"][0]["statusCode"] for result in results[2:]]
    assert codes == ["ENTITY_IS_DELETED", "MALFORMED_ID"]


def test_a_retrieval_takes_ids_and_fields_only(server: Server) -> None:
    body = {"ids": [server.contact()], "fields": ["Id"], "more": 1}
    server.refused(server.post(f"{PATH}/Contact", body), 400, "JSON_PARSER_ERROR")


def test_two_thousand_records_are_retrieved_in_order(server: Server) -> None:
    server.org.load(("Contact", {"LastName": f"L{number}"}) for number in range(1999))
    ids = [row["Id"] for row in server.query("SELECT Id FROM Contact ORDER BY Id DESC")["records"]]
    found = server.post(f"{PATH}/Contact", {"ids": [*ids, "003Pr00000000zz"], "fields": ["LastName"]}).json()
    assert [row and row["LastName"] for row in found] == [*(f"L{number}" for number in reversed(range(1999))), None]
