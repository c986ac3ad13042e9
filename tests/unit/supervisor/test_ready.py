import json
from pathlib import Path

from infra.sample.credentials import SampleAccount
from services.supervisor.addresses import Addresses, Process
from services.supervisor.ready import Running, remove_ready, table, write_ready
from shared.keyfile import nats_seed

KEY = bytes(range(32))
DEMO = SampleAccount("demo", "demo@example.org", "pass", "COOPDEMO", "secret")
ADDRESSES = Addresses(
    host="127.0.0.1",
    web_port=8080,
    storage_port=9000,
    nats_port=4222,
    kratos_public_port=4433,
    kratos_admin_port=4434,
    web_url="http://localhost:8080",
    storage_url="http://127.0.0.1:9000",
    nats_url="nats://127.0.0.1:4222",
    kratos_public_url="http://127.0.0.1:4433",
    kratos_admin_url="http://127.0.0.1:4434",
    processes=(Process("web", 1, 20_001),),
)


def test_ready_json_has_the_promised_shape_and_is_private(tmp_path: Path) -> None:
    write_ready(tmp_path, ADDRESSES, KEY, [DEMO], [Running("web", 7, "http://127.0.0.1:20001")])

    assert (tmp_path / "ready.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "ready.json").read_text()) == {
        "web": "http://localhost:8080",
        "s3": "http://127.0.0.1:9000",
        "nats": "nats://127.0.0.1:4222",
        "nats_credentials": {
            "nkeys_seed_str": nats_seed(KEY, "operator"),
            "inbox_prefix": "_INBOX_operator",
        },
        "accounts": [
            {
                "account_id": "demo",
                "email": "demo@example.org",
                "password": "pass",
                "access_key_id": "COOPDEMO",
                "secret_access_key": "secret",
            }
        ],
        "processes": [{"service": "web", "pid": 7, "ops": "http://127.0.0.1:20001"}],
    }


def test_ready_json_is_replaced_and_removed(tmp_path: Path) -> None:
    write_ready(tmp_path, ADDRESSES, KEY, [DEMO], [])
    write_ready(tmp_path, ADDRESSES, KEY, [], [])
    assert json.loads((tmp_path / "ready.json").read_text())["accounts"] == []

    remove_ready(tmp_path)
    remove_ready(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_table_tells_what_to_try(tmp_path: Path) -> None:
    text = table(ADDRESSES, [DEMO], tmp_path)

    for part in ("http://localhost:8080", "demo@example.org", "COOPDEMO", "aws s3 cp", "/stac/"):
        assert part in text


def test_without_sample_accounts_the_table_invites_to_register(tmp_path: Path) -> None:
    assert "Open http://localhost:8080 and register." in table(ADDRESSES, [], tmp_path)
