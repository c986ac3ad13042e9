"""The order in which things start and stop, and the children held meanwhile."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from infra.kratos.config import migrate_command, write_config
from infra.nats.config import write_config as write_nats_config
from infra.nats.server import wait_for_nats
from infra.processes import last_lines, spawn
from infra.streams import declare
from services.supervisor import commands
from services.supervisor.addresses import Addresses
from services.supervisor.child import Child, Command, spawned
from services.supervisor.crashes import collect_for_ever
from services.supervisor.forks import CAN_FORK, ForkServer
from services.supervisor.readiness import wait_until_answer
from services.supervisor.ready import Running
from services.supervisor.refusal import StartRefused
from shared.errors import ungrouped
from shared.settings import LOOPBACK
from shared.topology import SERVICES

Say = Callable[[str], None]

# The doors and who calls them first, then whom they ask, then what all stand on: 9.2 s at most.
STOP_ORDER: tuple[tuple[tuple[str, ...], float], ...] = (
    (("web", "storage", "indexer"), 4.5),
    (("accounts", "repositories"), 2.5),
    (("kratos", "mail"), 1.0),
    (("nats",), 1.2),
)


class Platform:
    """Everything that runs; `changed` is called whenever a process has a new pid."""

    def __init__(self, home: Path, addresses: Addresses, key: bytes) -> None:
        self.addresses = addresses
        self.key = key
        self.home = home.resolve()
        self.changed: Callable[[], None] = lambda: None
        self._children: dict[str, Child] = {}
        self._is_declared = asyncio.Event()
        modules = [commands.module_of(one) for one in addresses.processes]
        log = commands.log_of(self.home, "forkserver")
        self._forks = ForkServer(log, [*dict.fromkeys(modules), commands.MAIL])
        self._collecting: asyncio.Task[None] | None = None

    async def start(self, kratos: Path | None, say: Say) -> None:
        """Start all and return when all answer. `kratos` is its binary, if it is ours to start."""
        commands.turn_logs(self.home)
        with ungrouped(StartRefused):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._start_bus(say))
                group.create_task(self._start_services(say))
                if kratos is not None:
                    group.create_task(self._start_kratos(kratos, say))

    async def stop(self) -> None:
        """Stop in order, each stage at once; whoever does not go in its time is killed."""
        if self._collecting is not None:
            self._collecting.cancel()
        for stage, patience_seconds in STOP_ORDER:
            going = [child for child in self._children.values() if _kind(child) in stage]
            await asyncio.gather(*(child.stop(patience_seconds) for child in going))
        await self._forks.close()

    def kill(self) -> None:
        """End all at once."""
        for child in self._children.values():
            child.kill()

    def running(self) -> Sequence[Running]:
        """The processes that tell how they are, as ready.json lists them."""
        services = [
            Running(one.service, self._children[one.name].pid, self._ops_url(one.ops_port))
            for one in self.addresses.processes
            if one.name in self._children
        ]
        mail = self._children.get("mail")
        caught = [Running("mail", mail.pid, self.addresses.mail_url)] if mail else []
        return services + caught

    async def _start_bus(self, say: Say) -> None:
        if self.addresses.nats_port:
            await self._start_nats()
        for line in _in_short(await declare(self.addresses.nats_url, self.key)):
            say(f"NATS: {line}")
        self._is_declared.set()
        self._collecting = asyncio.create_task(
            collect_for_ever(self.addresses.nats_url, self.key), name="collect dead letters"
        )
        say(f"NATS: ready at {self.addresses.nats_url}")

    async def _start_services(self, say: Say) -> None:
        """What they import takes longer than the bus, whose streams they would ask for in vain."""
        if CAN_FORK:
            await self._forks.begin()
        await self._is_declared.wait()
        waiting = []
        for one in self.addresses.processes:
            child = self._hold(commands.service_child(self.home, one, self.addresses))
            waiting.append((child, f"{self._ops_url(one.ops_port)}/readyz"))
        await wait_until_answer(*waiting)
        say(f"services: ready ({', '.join(one.name for one in self.addresses.processes)})")

    async def _start_nats(self) -> None:
        port = self.addresses.nats_port
        config = write_nats_config(self.key, self.home, LOOPBACK, port)
        child = self._hold(commands.nats_child(self.home, config))
        try:
            await wait_for_nats(self.addresses.nats_url, self.key)
        except TimeoutError:
            end = last_lines(child.command.log)
            raise StartRefused(f"NATS does not start; the end of its log:\n{end}") from None

    async def _start_kratos(self, binary: Path, say: Say) -> None:
        addresses = self.addresses
        waiting = []
        if addresses.mail_url:
            mail = self._hold(commands.mail_child(self.home, addresses))
            waiting.append((mail, f"{addresses.mail_url}/readyz"))
        place = commands.kratos_place(self.home, addresses, self.key)
        write_config(place)
        command = commands.kratos_child(binary, place, addresses, self.key)
        migration = await spawn(
            migrate_command(binary, place), command.log, environment=command.environment
        )
        if await migration.wait():
            raise StartRefused(
                f"Kratos ({binary}) cannot make its database, see COOP_KRATOS__BINARY; the end of "
                f"its log:\n{last_lines(command.log)}"
            )
        child = self._hold(command)
        waiting.append((child, f"{addresses.kratos_admin_url}/admin/health/ready"))
        await wait_until_answer(*waiting)
        say(f"Kratos: ready at {addresses.kratos_public_url}")
        if addresses.mail_url:
            say(f"mail: caught, to be read at {addresses.mail_url}")

    def _hold(self, command: Command) -> Child:
        begin = self._forks.fork if command.module and CAN_FORK else spawned
        child = Child(command, on_start=self._tell, begin=begin)
        self._children[child.name] = child
        child.start()
        return child

    def _tell(self) -> None:
        self.changed()

    def _ops_url(self, port: int) -> str:
        return f"http://{self.addresses.near_host}:{port}"


def _in_short(changes: Sequence[str]) -> list[str]:
    """A first start makes everything: that is one line. What was mended is told one by one."""
    made = [line for line in changes if line.startswith("made")]
    told = [f"made {len(made)} streams and consumers"] if made else []
    return told + [line for line in changes if line not in made]


def _kind(child: Child) -> str:
    """`storage` of `storage-2`."""
    return next((one for one in SERVICES if child.name.startswith(one)), child.name)
