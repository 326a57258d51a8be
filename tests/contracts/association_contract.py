"""What every `ports.crm.Crm` does about associations: lookups (one other record) and members (several, each with a role).

Subclass `AssociationContract` with a fixture `bench` on an empty system that has the roles ROLES.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from crmsync_desktop.domain.members import parse, text
from crmsync_desktop.domain.records import Category, Op, Outcome, Presence, Value, Write
from crmsync_desktop.domain.schema import Kind
from crmsync_desktop.ports.crm import Crm, Want
from tests.contracts.workbench import cursor, pages, records, scenario

ROLES = ("Decision Maker", "Influencer")


class Affairs(Protocol):
    """One side for one test: deals (opportunities) with a company and people. What isn't `crm` is done by people there."""

    crm: Crm
    object: str
    name_field: str
    company_field: str
    people_field: str
    missing_id: str
    """Of the right form, and no person's."""

    def company(self) -> str: ...

    def person(self) -> str: ...

    def deal(self, company: str | None = None) -> str: ...

    def fresh(self) -> dict[str, Value]:
        """Values for a create without associations, other ones at each call."""
        ...

    def tie(self, deal: str, person: str, role: str = "") -> None: ...

    def untie(self, deal: str, person: str) -> None: ...

    def people(self, deal: str) -> Mapping[str, str]:
        """Role by person, as the system holds them; "" for none."""
        ...

    def pass_time(self, seconds: float) -> None: ...

    def lose_next_association_reply(self) -> None:
        """The next association (or new deal) that is written is stored, and its answer never arrives."""
        ...


class AssociationContract:
    REST = 7_200.0
    """Seconds after which a change of associations has been noticed, whatever else did or didn't move."""

    def want(self, bench: Affairs, since: str | None = None) -> Want:
        return Want(bench.object, (bench.name_field, bench.company_field, bench.people_field), cursor=since)

    def create(self, bench: Affairs, key: str, **associations: Value) -> Write:
        values = {**bench.fresh(), **self.named(bench, associations)}
        return Write(key, bench.crm.side, bench.object, Op.CREATE, None, values, f"origin-{key}")

    def update(self, bench: Affairs, key: str, id: str, former: Mapping[str, Value], **now: Value) -> Write:
        values = self.named(bench, now)
        return Write(key, bench.crm.side, bench.object, Op.UPDATE, id, values, former=self.named(bench, former))

    def named(self, bench: Affairs, given: Mapping[str, Value]) -> dict[str, Value]:
        names = {"company": bench.company_field, "people": bench.people_field, "name": bench.name_field}
        return {names[name]: value for name, value in given.items()}

    async def cells(self, bench: Affairs, id: str | None) -> list[Any]:
        (found,) = await bench.crm.read(self.want(bench), [id or ""])
        return found.cells[1:]

    @scenario
    async def test_the_schema_says_what_they_refer_to(self, bench: Affairs) -> None:
        fields = (await bench.crm.schemas([bench.object]))[bench.object].fields
        company, people = fields[bench.company_field], fields[bench.people_field]
        assert (company.kind, people.kind) == (Kind.REFERENCE, Kind.MEMBERS)
        assert (len(company.refers_to), len(people.refers_to)) == (1, 1)
        assert company.createable
        assert people.updateable
        assert set(ROLES) <= {option.label for option in people.options}

    @scenario
    async def test_they_are_read_with_their_record(self, bench: Affairs) -> None:
        company, ann, bob = bench.company(), bench.person(), bench.person()
        deal, bare = bench.deal(company), bench.deal()
        bench.tie(deal, ann, ROLES[0])
        bench.tie(deal, bob)
        bench.pass_time(self.REST)
        whole = [company, text({ann: ROLES[0], bob: ""})]
        found = records(await pages(bench.crm, self.want(bench)))
        assert {id: record.cells[1:] for id, record in found.items()} == {deal: whole, bare: [None, None]}
        assert await self.cells(bench, deal) == whole
        name = found[deal].cells[0]
        assert [r.cells[1:] for r in await bench.crm.find(self.want(bench), bench.name_field, [str(name)])] == [whole]

    @scenario
    async def test_a_new_record_comes_with_them(self, bench: Affairs) -> None:
        company, ann, bob = bench.company(), bench.person(), bench.person()
        people = text({ann: ROLES[1], bob: ""})
        made, bare = await bench.crm.write(
            [self.create(bench, "a", company=company, people=people), self.create(bench, "b", people=None)]
        )
        assert [(answer.outcome, answer.faults) for answer in (made, bare)] == [(Outcome.DONE, ())] * 2
        assert await self.cells(bench, made.id) == [company, people]
        assert await self.cells(bench, bare.id) == [None, None]

    @scenario
    async def test_an_update_writes_what_differs_from_before(self, bench: Affairs) -> None:
        one, two = bench.company(), bench.company()
        ann, bob, cat, dan = (bench.person() for _ in range(4))
        deal = bench.deal(one)
        bench.tie(deal, ann, ROLES[0])
        bench.tie(deal, bob)
        former = {"company": one, "people": text({ann: ROLES[0], bob: ""})}
        bench.tie(deal, dan)  # meanwhile, and nobody's business here
        now = text({ann: ROLES[1], cat: ROLES[0]})
        (written,) = await bench.crm.write([self.update(bench, "a", deal, former, company=two, people=now)])
        assert written.outcome is Outcome.DONE
        assert await self.cells(bench, deal) == [two, text({ann: ROLES[1], cat: ROLES[0], dan: ""})]
        former = {"company": two, "people": text({ann: ROLES[1], cat: ROLES[0], dan: ""})}
        (written,) = await bench.crm.write([self.update(bench, "b", deal, former, company=None, people=None)])
        assert written.outcome is Outcome.DONE
        assert await self.cells(bench, deal) == [None, None]

    @scenario
    async def test_written_twice_they_are_there_once(self, bench: Affairs) -> None:
        ann, deal = bench.person(), bench.deal()
        write = self.update(bench, "a", deal, {"people": None}, people=f"{ann}={ROLES[0]}")
        for _ in range(2):
            (written,) = await bench.crm.write([write])
            assert written.outcome is Outcome.DONE
        assert bench.people(deal) == {ann: ROLES[0]}

    @scenario
    async def test_a_lost_answer_doubles_nothing(self, bench: Affairs) -> None:
        ann, deal = bench.person(), bench.deal()
        await bench.crm.schemas([bench.object])
        bench.lose_next_association_reply()
        write = self.update(bench, "a", deal, {"people": None}, people=f"{ann}={ROLES[0]}")
        (written,) = await bench.crm.write([write])
        assert written.outcome in (Outcome.DONE, Outcome.UNKNOWN)
        assert bench.people(deal) == {ann: ROLES[0]}

    @scenario
    async def test_a_refused_one_names_its_field_and_stops_nobody(self, bench: Affairs) -> None:
        ann, deal, other = bench.person(), bench.deal(), bench.deal()
        bad, good = await bench.crm.write(
            [
                self.update(bench, "a", deal, {"people": None}, name="Renamed", people=f"{bench.missing_id}="),
                self.update(bench, "b", other, {"people": None}, people=f"{ann}="),
            ]
        )
        assert (bad.outcome, good.outcome) == (Outcome.FAILED, Outcome.DONE)
        assert [(fault.category, fault.fields) for fault in bad.faults] == [
            (Category.ASSOCIATIONS, (bench.people_field,))
        ]
        assert bench.people(other) == {ann: ""}
        (found,) = await bench.crm.read(self.want(bench), [deal])
        assert found.cells[0] == "Renamed"

    @scenario
    async def test_a_refused_one_never_leaves_an_untold_record(self, bench: Affairs) -> None:
        """Either the record isn't there, or its answer says so, and which field is still to be written."""
        write = self.create(bench, "a", people=f"{bench.missing_id}=")
        (answer,) = await bench.crm.write([write])
        assert [fault.fields for fault in answer.faults] == [(bench.people_field,)]
        found = await self._live(bench)
        assert found == ([answer.id] if answer.outcome is Outcome.DONE else [])

    async def _live(self, bench: Affairs) -> list[str]:
        bench.pass_time(60)
        found = records(await pages(bench.crm, self.want(bench)))
        return [id for id, record in found.items() if record.presence is Presence.LIVE]

    @scenario
    async def test_a_change_of_them_alone_is_noticed(self, bench: Affairs) -> None:
        ann, bob, deal, other = bench.person(), bench.person(), bench.deal(), bench.deal()
        bench.tie(deal, ann, ROLES[0])
        bench.tie(other, bob)
        bench.pass_time(self.REST)
        since = cursor(await pages(bench.crm, self.want(bench)), bench.object)
        bench.pass_time(self.REST)
        since = cursor(await pages(bench.crm, self.want(bench, since)), bench.object)
        bench.tie(deal, bob, ROLES[1])
        bench.untie(other, bob)
        bench.pass_time(self.REST)
        found = records(await pages(bench.crm, self.want(bench, since)))
        assert {id: parse(record.cells[2]) for id, record in found.items()} == {
            deal: {ann: ROLES[0], bob: ROLES[1]},
            other: {},
        }
