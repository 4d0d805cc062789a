"""Every table that points to a person has a domain that exports and erases it."""

from __future__ import annotations

from flask import Flask

from app.kernel.database import Base
from app.kernel.personal_data import Estate
from app.schema import complete_metadata

PERSON = "users"


def test_every_table_that_points_to_a_person_is_in_a_personal_data_module(app: Flask) -> None:
    complete_metadata()
    pointing = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name == PERSON for key in table.foreign_keys)
    }
    estate: Estate = app.extensions["peerdesk"].ports[Estate]
    assert sorted(pointing - estate.tables) == [], "name the table in the domain's personal_data.TABLES, and handle it"


def test_no_personal_data_module_names_a_table_that_is_gone(app: Flask) -> None:
    complete_metadata()
    estate: Estate = app.extensions["peerdesk"].ports[Estate]
    assert sorted(estate.tables - set(Base.metadata.tables)) == []
