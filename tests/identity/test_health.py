"""What supervisors, load balancers and Prometheus ask."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from app.kernel.database import Base
from app.kernel.models import Delivery, OutboxMessage
from app.web import health


def checks(response):
    return {name: check["state"] for name, check in json.loads(response.data)["checks"].items()}


def test_a_living_process_says_so_without_asking_the_database(client, count_statements) -> None:
    with count_statements() as seen:
        assert client.get("/livez").status_code == 200
    assert seen == []


def test_a_ready_process_can_serve_pages(client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert checks(answer)["database"] == "ok"
    assert checks(answer)["queue"] == "ok"


def test_a_database_that_does_not_answer_makes_the_process_unready(client, monkeypatch) -> None:
    def fail(_session):
        raise OperationalError("select 1", {}, OSError("gone"))

    monkeypatch.setattr(health, "_tables", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert checks(answer)["database"] == "failing"


def test_missing_tables_make_the_process_unready(client, monkeypatch) -> None:
    monkeypatch.setattr(Base.metadata, "tables", {**Base.metadata.tables, "to_come": None})
    assert client.get("/readyz").status_code == 503


def test_late_and_given_up_deliveries_are_a_warning(client, make) -> None:
    message = make.save(OutboxMessage(kind="x", payload={}, occurred_at=make.now))
    late = make.save(Delivery(message_id=message.id, reaction="a", due_at=make.now - timedelta(minutes=6)))
    assert checks(client.get("/readyz"))["queue"] == "warning"
    with make.unit_of_work() as uow:
        uow.session.get_one(Delivery, late.id).dead_at = uow.now
    answer = client.get("/readyz")
    assert checks(answer)["queue"] == "warning"
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("free", "state", "code"), [(10**6, "failing", 503), (10**8, "warning", 200), (10**12, "ok", 200)]
)
def test_little_room_on_the_disk_is_noticed_before_writes_fail(client, monkeypatch, free, state, code) -> None:
    usage = type("Usage", (), {"free": free})()
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    answer = client.get("/readyz")
    assert (checks(answer)["disk"], answer.status_code) == (state, code)


def test_numbers_are_for_whoever_knows_the_token(client, runtime, monkeypatch) -> None:
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"metrics_token": "secret"}))
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    answer = client.get("/metrics", headers={"Authorization": "Bearer secret"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'peerdesk_requests_total{endpoint="health.metrics_show",method="GET",status="403"}' in text
    assert "peerdesk_deliveries_waiting 0.0" in text
    assert "peerdesk_deliveries_dead 0.0" in text


def test_every_response_names_its_request(client) -> None:
    first, second = client.get("/livez"), client.get("/livez", headers={"X-Request-ID": "chosen-by-a-stranger"})
    assert len(first.headers["X-Request-ID"]) == 16
    assert second.headers["X-Request-ID"] != "chosen-by-a-stranger"


@pytest.mark.parametrize(
    "elsewhere", [{"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}, {"headers": {"X-Forwarded-For": "192.0.2.7"}}]
)
def test_who_asks_from_elsewhere_hears_no_versions(client, elsewhere) -> None:
    assert "sqlite" in client.get("/readyz").text.lower() or "disk" in client.get("/readyz").text
    answer = client.get("/readyz", **elsewhere)
    assert answer.status_code == 200
    assert set(answer.get_json()) == {"state"}
