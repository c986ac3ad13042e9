"""The image of infra/Dockerfile: services in containers, beside a NATS server in another."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.image import DockerImage
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import HealthcheckWaitStrategy, HttpWaitStrategy

from infra.nats.config import render_config
from infra.nats.server import wait_for_nats
from infra.streams import declare
from shared.bus import Bus
from shared.contracts.base import ANONYMOUS
from shared.contracts.repositories import CreateRepository, GetRepository
from shared.keyfile import load_key_file, nats_seed
from shared.topology import CONTROL
from tests.container_engine import engine, python_base
from tests.control_plane import actor_of, organization, person
from tests.nats_server import BINARY, connected
from tests.waiting import eventually

ROOT = Path(__file__).parents[3]
NATS_PORT, OPS_PORT = 4222, 9100
ACCOUNT = 10001
STOP_SECONDS = 10
NATS_DOCKERFILE = """FROM scratch
COPY nats-server /
ENTRYPOINT ["/nats-server", "-c", "/nats-server.conf"]
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        os.getuid() != 0, reason="only root can start an engine and give files away"
    ),
]


@dataclass
class Containers:
    """Accounts and repositories beside a NATS server; `home` is their data folder."""

    home: Path
    nats: DockerContainer
    services: dict[str, DockerContainer]

    def bus(self, name: str) -> Bus:
        """A connection from outside with the rights of that client."""
        return Bus(nats_url(self.nats), service=name, seed=nats_seed(key_of(self.home), name))


def key_of(home: Path) -> bytes:
    return load_key_file(home)


def nats_url(nats: DockerContainer) -> str:
    return f"nats://{nats.get_container_host_ip()}:{nats.get_exposed_port(NATS_PORT)}"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The tags of the server's image and ours."""
    folder = tmp_path_factory.mktemp("nats")
    shutil.copy(BINARY, folder / "nats-server")
    (folder / "Dockerfile").write_text(NATS_DOCKERFILE)
    with ExitStack() as stack:
        stack.enter_context(engine(tmp_path_factory.mktemp("engine")))
        base = stack.enter_context(python_base())
        nats = DockerImage(folder, tag="coop-test-nats:2")
        ours = DockerImage(
            ROOT,
            tag="coop-test:1",
            dockerfile_path="infra/Dockerfile",
            buildargs={"BASE": base},
            network_mode="host",
        )
        built = {"nats": nats, "coop": ours}
        yield {name: str(stack.enter_context(image)) for name, image in built.items()}


@pytest.fixture
async def containers(images: dict[str, str], tmp_path: Path) -> AsyncIterator[Containers]:
    key = key_of(tmp_path)
    config = render_config(key, Path("/data"), "0.0.0.0", NATS_PORT)  # noqa: S104  (a container)
    for path in (tmp_path, tmp_path / "key"):
        os.chown(path, ACCOUNT, ACCOUNT)
    async with AsyncExitStack() as stack:
        network = stack.enter_context(Network())
        nats = DockerContainer(images["nats"], network=network, network_aliases=["nats"])
        nats.with_exposed_ports(NATS_PORT)
        nats.with_copy_into_container(config.encode(), "/nats-server.conf")
        stack.enter_context(nats)
        await wait_for_nats(nats_url(nats), key)
        await declare(nats_url(nats), key)
        services = {
            name: stack.enter_context(service(images["coop"], name, network, tmp_path))
            for name in ("accounts", "repositories")
        }
        yield Containers(tmp_path, nats, services)


def service(image: str, name: str, network: Network, home: Path) -> DockerContainer:
    """One process with `home` as its data; all else of its file system cannot be written to."""
    container = DockerContainer(image, command=f"services.{name}", network=network)
    container.with_exposed_ports(OPS_PORT).with_volume_mapping(home, "/data", "rw")
    container.with_env("COOP_NATS__URL", f"nats://nats:{NATS_PORT}")
    container.with_kwargs(read_only=True, cap_drop=["ALL"])
    ready = HttpWaitStrategy(OPS_PORT, "/readyz").for_status_code(200)
    return container.waiting_for(ready.with_startup_timeout(60))


async def test_they_answer_over_the_bus_and_announce_what_they_did(containers: Containers) -> None:
    async with connected(containers.bus("web")) as web, connected(containers.bus("admin")) as admin:
        ada = await person(web, "ada")
        await organization(web, "noaa", ada)
        wanted = CreateRepository(
            actor=actor_of(ada), account_id="noaa", repository_id="mask", title="Mask"
        )
        made = await web.request(wanted)
        asked = GetRepository(actor=ANONYMOUS, account_id="noaa", repository_id="mask")
        assert await web.request(asked) == made

        async def announced() -> bool:
            last = (await admin.jetstream.stream_info(CONTROL.name)).state.last_seq
            seen = [await admin.jetstream.get_msg(CONTROL.name, n + 1) for n in range(last)]
            types = {orjson.loads(one.data or b"{}")["type"].split(".")[2] for one in seen}
            return {"account_created", "repository_created"} <= types

        await eventually(announced)


async def test_they_are_healthy_and_not_root(containers: Containers) -> None:
    for name, container in containers.services.items():
        await asyncio.to_thread(HealthcheckWaitStrategy().wait_until_ready, container)
        written = list((containers.home / name).iterdir())
        assert {path.stat().st_uid for path in written} == {ACCOUNT}


async def test_a_signal_stops_them_in_order_and_in_time(containers: Containers) -> None:
    for container in containers.services.values():
        wrapped = container.get_wrapped_container()
        began = time.monotonic()
        wrapped.kill("SIGTERM")
        left = await asyncio.to_thread(wrapped.wait, timeout=STOP_SECONDS)
        assert left["StatusCode"] == 0, container.get_logs()
        assert time.monotonic() - began < STOP_SECONDS


@pytest.mark.parametrize("name", ["accounts", "repositories", "storage", "indexer", "web"])
def test_every_service_finds_all_it_needs_in_the_image(images: dict[str, str], name: str) -> None:
    program = f"import services.{name}.app, infra.streams, infra.dead_letters"
    command = ["-c", program]
    with DockerContainer(images["coop"], command=command, entrypoint="python3") as container:
        assert container.wait() == 0, container.get_logs()
