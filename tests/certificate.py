"""A certificate of this machine's own making, for a door that speaks TLS."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

Pair = tuple[Path, Path]


def make_certificate(folder: Path, password: bytes = b"") -> Pair:
    """Files of a certificate of 127.0.0.1 and localhost that vouches for itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    hidden: KeySerializationEncryption = NoEncryption()
    if password:
        hidden = BestAvailableEncryption(password)
    folder.mkdir(parents=True, exist_ok=True)
    certificate_file, key_file = folder / "door.pem", folder / "door.key"
    certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))
    return certificate_file, key_file


def settings_of(pair: Pair) -> dict[str, str]:
    """What tells the data door of them."""
    certificate, key = pair
    return {"COOP_STORAGE__TLS_CERT": str(certificate), "COOP_STORAGE__TLS_KEY": str(key)}
