"""Where notifications may go: what others name is an address that could lie within our own walls (SSRF). Pure."""

import ipaddress
from urllib.parse import urlsplit

NAT64 = ipaddress.ip_network("64:ff9b::/32")
LONGEST = 300


def problem(url: str, *, is_training: bool) -> str:
    """What is wrong with it, in words; empty where nothing is. In training, plain http to wherever."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "The endpoint is no address."
    if not host or len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return "The endpoint is no address, or too long."
    if parts.username or parts.password or parts.fragment:
        return "The endpoint must carry no password and no fragment."
    if parts.scheme != "https" and not (is_training and parts.scheme == "http"):
        return "The endpoint must begin with https://."
    if not is_training and (host == "localhost" or host.endswith((".localhost", ".local", ".internal"))):
        return "The endpoint lies within a network of its own; it must be reachable from the internet."
    if not is_training and _is_number(host) and not is_outside(host):
        return "The endpoint lies within a network of its own; it must be reachable from the internet."
    return ""


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_outside(address: str) -> bool:
    """Whether an IP address is one of the internet: not private, loopback, link-local (where clouds keep their
    secrets), shared, multicast or a wrapping of such a one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_outside(str(inner))
        if found in NAT64 or found.is_site_local:
            return False
    return found.is_global and not found.is_multicast
