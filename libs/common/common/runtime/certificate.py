"""A certificate for `sizao run --tls`: a small authority of the installation's own, and a certificate signed by it."""

from __future__ import annotations

import ipaddress
import socket
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from common.clock import SystemClock
from common.runtime.folder import write_private

VALID = timedelta(days=365)
RENEW_BEFORE = timedelta(days=30)


def make_certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """Paths of certificate chain and key for `host`, made anew when missing or within 30 days of their end."""
    place = folder / "tls"
    place.mkdir(exist_ok=True, mode=0o700)
    chain, key = place / "server.pem", place / "server.key"
    now = SystemClock().now()
    if chain.exists() and key.exists():
        known = x509.load_pem_x509_certificate(chain.read_bytes())
        if known.not_valid_after_utc - now > RENEW_BEFORE and host in _names_in(known):
            return chain, key
    authority, authority_key = _authority(place, now)
    server_key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    names += [name for name in _names_of(host) if name not in names]
    certificate = (
        _builder("Sizao", authority.subject, server_key, now)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    write_private(key, _pem(server_key))
    chain.write_bytes(_public(certificate) + _public(authority))
    return chain, key


def _authority(place: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate_path, key_path = place / "ca.pem", place / "ca.key"
    if certificate_path.exists() and key_path.exists():
        known = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        if known.not_valid_after_utc - now > VALID:
            loaded = serialization.load_pem_private_key(key_path.read_bytes(), None)
            assert isinstance(loaded, ec.EllipticCurvePrivateKey)
            return known, loaded
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sizao local authority")])
    certificate = (
        _builder("Sizao local authority", name, key, now, VALID * 10)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_private(key_path, _pem(key))
    certificate_path.write_bytes(_public(certificate))
    return certificate, key


def _builder(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, valid: timedelta = VALID
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + valid)
    )


def _names_of(host: str) -> list[x509.GeneralName]:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - only compared, nothing is bound here
        host = socket.gethostname()
    try:
        return [x509.IPAddress(ipaddress.ip_address(host))]
    except ValueError:
        return [x509.DNSName(host)]


def _names_in(certificate: x509.Certificate) -> set[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in found} | {"0.0.0.0", "::"}  # noqa: S104 - only compared


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
