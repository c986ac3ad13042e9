"""Which Kratos we run, and the official archives of it that we trust."""

import platform

VERSION = "v1.3.1"
RELEASES = "https://github.com/ory/kratos/releases/download"

# SHA-256 of the release archives with SQLite, by platform. An archive whose checksum could not be
# verified against the release's own checksums.txt is not listed, and is therefore never fetched.
CHECKSUMS: dict[str, str] = {}

ARCHIVES = {
    "linux-amd64": "linux_sqlite_64bit",
    "linux-arm64": "linux_sqlite_arm64",
    "darwin-amd64": "macOS_sqlite_64bit",
    "darwin-arm64": "macOS_sqlite_arm64",
}

_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def this_platform() -> str:
    """As Go calls it: `linux-amd64`."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{_MACHINES.get(machine, machine)}"


def archive_url(target: str) -> str:
    """Where the release archive of a platform is."""
    number = VERSION.removeprefix("v")
    return f"{RELEASES}/{VERSION}/kratos_{number}-{ARCHIVES[target]}.tar.gz"
