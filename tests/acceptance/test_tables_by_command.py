"""Tables of stages and owners, by command (O3, C10, M6)."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.desk import desk


def test_stages_and_owners_are_shown_set_and_carried_by_the_configuration(tmp_path: Path) -> None:
    with desk(tmp_path, contacts=0) as here:
        made = here.run("stages", "set", "deals", "Contract Sent", "Proposal/Price Quote", "--practice")
        assert made.status == 0
        assert "set by hand" in made.out
        wrong = here.run("stages", "set", "deals", "Contract Sent", "Nowhere", "--practice")
        assert wrong.status == 2
        assert "Salesforce has no record type or stage “Nowhere”" in wrong.err
        paired = here.run("owners", "set", "sam.seller@practice.example", "Mina Marked", "--practice", "--json")
        assert [row["hubspot"]["name"] for row in paired.json["rows"] if row["how"] == "chosen"] == ["Mina Marked"]
        file = tmp_path / "all.toml"
        assert here.run("config", "export", "-o", str(file), "--practice").status == 0
        written = file.read_text(encoding="utf-8")
        assert 'target_stage = "Proposal/Price Quote"' in written
        file.write_text(written.replace('target_stage = "Proposal/Price Quote"', 'target_stage = "Closed Won"'))
        look = here.run("config", "import", str(file), "--preview", "--practice")
        assert look.status == 0, look.err
        assert "contractsent" in look.out
        assert "Closed Won" in look.out
