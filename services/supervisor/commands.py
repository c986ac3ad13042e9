"""What each child is called with: its command, its environment, its log."""

import sys
from pathlib import Path

from infra.kratos import config as kratos
from infra.nats.server import nats_command
from services.supervisor.addresses import Addresses, Process
from services.supervisor.child import Command
from shared.keyfile import hook_secret

MAIL = "infra.mail"


def nats_child(home: Path, config: Path) -> Command:
    """The bus."""
    return Command("nats", nats_command(config), {}, log_of(home, "nats"))


def kratos_place(home: Path, addresses: Addresses, key: bytes) -> kratos.KratosPlace:
    """Where Kratos is and what it must know of the others."""
    return kratos.KratosPlace(
        home,
        addresses.kratos_public_port,
        addresses.kratos_admin_port,
        addresses.web_url,
        hook_url=addresses.hook_url,
        hook_secret=hook_secret(key),
        sender=addresses.sender,
        providers=addresses.providers,
    )


def kratos_child(
    binary: Path, place: kratos.KratosPlace, addresses: Addresses, key: bytes
) -> Command:
    """Identities."""
    return Command(
        "kratos",
        kratos.serve_command(binary, place),
        kratos.kratos_environment(place, key, addresses.smtp_url),
        log_of(place.home, "kratos"),
    )


def mail_child(home: Path, addresses: Addresses) -> Command:
    """Catches mail where none is sent."""
    ports = {"PORT": addresses.mail_port, "SMTP_PORT": addresses.mail_smtp_port}
    environment = {f"COOP_MAIL__{name}": str(port) for name, port in ports.items()}
    return _module("mail", MAIL, environment, home)


def service_child(home: Path, process: Process, addresses: Addresses) -> Command:
    """One process of a service, told all addresses."""
    environment = addresses_environment(home, addresses)
    environment[f"COOP_{process.service.upper()}__OPS_PORT"] = str(process.ops_port)
    if process.service == "accounts":
        environment["COOP_MAIL__SMTP_URL"] = addresses.smtp_url
        environment["COOP_MAIL__SENDER"] = addresses.sender
    return _module(process.name, module_of(process), environment, home)


def module_of(process: Process) -> str:
    """What runs a service."""
    return f"services.{process.service}"


def _module(name: str, module: str, environment: dict[str, str], home: Path) -> Command:
    words = [sys.executable, "-m", module]
    return Command(name, words, environment, log_of(home, name), module)


def addresses_environment(home: Path, addresses: Addresses) -> dict[str, str]:
    """The addresses as settings; what we do not start keeps the address it was given."""
    environment = {
        "COOP_HOME": str(home.resolve()),
        "COOP_NATS__URL": addresses.nats_url,
        "COOP_KRATOS__PUBLIC_URL": addresses.kratos_public_url,
        "COOP_KRATOS__ADMIN_URL": addresses.kratos_admin_url,
        "COOP_WEB__PUBLIC_URL": addresses.web_url,
        "COOP_STORAGE__PUBLIC_URL": addresses.storage_url,
    }
    if addresses.web_port:
        environment["COOP_WEB__PORT"] = str(addresses.web_port)
    if addresses.mail_url and addresses.host == addresses.near_host:
        environment["COOP_WEB__MAIL_URL"] = addresses.mail_url
    if addresses.storage_port:
        environment["COOP_STORAGE__PORT"] = str(addresses.storage_port)
        environment["COOP_STORAGE__URL"] = addresses.storage_near_url
        environment["COOP_STORAGE__NEAR_PORT"] = str(addresses.storage_near_port)
    return environment


def log_of(home: Path, name: str) -> Path:
    """Where a child's output goes."""
    return home / "logs" / f"{name}.log"


def turn_logs(home: Path) -> None:
    """Keep the logs of the last start beside those of this one."""
    for path in (home / "logs").glob("*.log"):
        path.replace(path.with_suffix(".log.1"))
