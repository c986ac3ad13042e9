"""Where everything will be: ports and addresses, chosen before anything starts."""

from dataclasses import dataclass

from infra.settings import PlatformSettings, Provider
from services.supervisor.ports import take_ports
from shared.settings import LOOPBACK

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 -- compared with, not listened on


@dataclass(frozen=True)
class Process:
    """One process of a service; `number` counts from 1."""

    service: str
    number: int
    ops_port: int

    @property
    def name(self) -> str:
        """`storage`, `storage-2`."""
        return self.service if self.number == 1 else f"{self.service}-{self.number}"


@dataclass(frozen=True)
class Addresses:
    """Ports are 0 where the thing is not started by us."""

    host: str
    web_port: int
    storage_port: int
    nats_port: int
    kratos_public_port: int
    kratos_admin_port: int
    web_url: str
    storage_url: str
    nats_url: str
    kratos_public_url: str
    kratos_admin_url: str
    processes: tuple[Process, ...]
    storage_near_port: int = 0
    mail_host: str = LOOPBACK
    mail_port: int = 0
    mail_smtp_port: int = 0
    smtp_url: str = ""
    sender: str = ""
    providers: tuple[Provider, ...] = ()

    @property
    def near_host(self) -> str:
        """The address by which this machine reaches what listens on `host`."""
        return LOOPBACK if self.host in EVERYWHERE else self.host

    @property
    def mail_url(self) -> str:
        """Where caught mail is read; empty where it is sent."""
        return f"http://{_in_url(self.mail_host)}:{self.mail_port}" if self.mail_port else ""

    @property
    def hook_url(self) -> str:
        """Where Kratos tells web that an identity changed; empty where web is not ours to start."""
        return f"http://{self.near_host}:{self.web_port}/-/hooks/kratos" if self.web_port else ""

    @property
    def storage_near_url(self) -> str:
        """The data door as processes on this machine reach it: never by TLS."""
        if self.storage_near_port:
            return f"http://{LOOPBACK}:{self.storage_near_port}"
        return f"http://{self.near_host}:{self.storage_port}"


def choose_addresses(settings: PlatformSettings) -> Addresses:
    """Check and take all ports; public addresses follow the ports unless they were set."""
    ports = take_ports(_wanted(settings))
    web, storage = ports.get("COOP_WEB__PORT", 0), ports.get("COOP_STORAGE__PORT", 0)
    public, admin = (ports.get(f"COOP_KRATOS__{kind}_PORT", 0) for kind in ("PUBLIC", "ADMIN"))
    nats, smtp = ports.get("COOP_NATS__PORT", 0), ports.get("COOP_MAIL__SMTP_PORT", 0)
    return Addresses(
        host=settings.listen,
        web_port=web,
        storage_port=storage,
        nats_port=nats,
        kratos_public_port=public,
        kratos_admin_port=admin,
        web_url=_web_url(settings, web),
        storage_url=_storage_url(settings, storage),
        nats_url=settings.nats.url or f"nats://{LOOPBACK}:{nats}",
        kratos_public_url=settings.kratos.public_url or f"http://{LOOPBACK}:{public}",
        kratos_admin_url=settings.kratos.admin_url or f"http://{LOOPBACK}:{admin}",
        processes=tuple(
            Process(service, number, ports[_ops_setting(service, number)])
            for service, number in _processes(settings)
        ),
        storage_near_port=ports.get("COOP_STORAGE__NEAR_PORT", 0),
        mail_host=settings.mail.listen,
        mail_port=ports.get("COOP_MAIL__PORT", 0),
        mail_smtp_port=smtp,
        smtp_url=settings.mail.smtp_url or _caught(settings, smtp),
        sender=settings.mail.sender,
        providers=settings.kratos.providers,
    )


def _wanted(settings: PlatformSettings) -> dict[str, tuple[str, int]]:
    """Each setting with where will be listened, and the port that is asked."""
    rooms = (
        (settings.listen, _doors(settings)),
        (LOOPBACK, _inner(settings)),
        (settings.mail.listen, _mail(settings)),
    )
    return {setting: (host, port) for host, ports in rooms for setting, port in ports.items()}


def _doors(settings: PlatformSettings) -> dict[str, int]:
    wanted = {
        _ops_setting(service, number): _ops_port(settings, service) if number == 1 else 0
        for service, number in _processes(settings)
    }
    if "web" in settings.chosen:
        wanted["COOP_WEB__PORT"] = settings.web.port
    if "storage" in settings.chosen:
        wanted["COOP_STORAGE__PORT"] = settings.storage.port
    return wanted


def _inner(settings: PlatformSettings) -> dict[str, int]:
    """What listens on loopback alone, since it speaks no TLS here."""
    wanted = {}
    if settings.storage.tls_cert and "storage" in settings.chosen:
        wanted["COOP_STORAGE__NEAR_PORT"] = settings.storage.near_port
    if not settings.nats.url:
        wanted["COOP_NATS__PORT"] = settings.nats.port
    if needs_kratos(settings):
        wanted["COOP_KRATOS__PUBLIC_PORT"] = settings.kratos.public_port
        wanted["COOP_KRATOS__ADMIN_PORT"] = settings.kratos.admin_port
    return wanted


def _mail(settings: PlatformSettings) -> dict[str, int]:
    """Mail is caught where Kratos is ours and no server is named that sends it."""
    if settings.mail.smtp_url or not needs_kratos(settings):
        return {}
    return {"COOP_MAIL__PORT": settings.mail.port, "COOP_MAIL__SMTP_PORT": settings.mail.smtp_port}


def _caught(settings: PlatformSettings, port: int) -> str:
    near = f"smtp://{_in_url(settings.mail.listen)}:{port}/?disable_starttls=true"
    return near if port else ""


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def needs_kratos(settings: PlatformSettings) -> bool:
    """Only accounts and web speak to Kratos, and one may be running elsewhere."""
    given = settings.kratos.public_url and settings.kratos.admin_url
    return not given and bool({"accounts", "web"} & set(settings.chosen))


def _processes(settings: PlatformSettings) -> list[tuple[str, int]]:
    counts = {"storage": settings.storage.processes, "indexer": settings.indexer.processes}
    return [
        (service, number)
        for service in settings.chosen
        for number in range(1, counts.get(service, 1) + 1)
    ]


def _ops_setting(service: str, number: int) -> str:
    suffix = "" if number == 1 else f" ({number})"
    return f"COOP_{service.upper()}__OPS_PORT{suffix}"


def _ops_port(settings: PlatformSettings, service: str) -> int:
    port: int = getattr(settings, service).ops_port
    return port


def _web_url(settings: PlatformSettings, port: int) -> str:
    """`localhost`: passkeys refuse addresses of numbers."""
    if "public_url" in settings.web.model_fields_set or not port:
        return settings.web.public_url
    return f"http://localhost:{port}"


def _storage_url(settings: PlatformSettings, port: int) -> str:
    if "public_url" in settings.storage.model_fields_set or not port:
        return settings.storage.public_url
    return f"{'https' if settings.storage.tls_cert else 'http'}://{LOOPBACK}:{port}"
