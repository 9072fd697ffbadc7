"""Who really calls: what proxies forward is believed only from the networks that the settings name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import structlog

log = structlog.get_logger(__name__)

IPAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, and the name under which it asked for us."""

    address: str | None  # None: a unix socket
    host: str
    https: bool


@dataclass(slots=True)
class Proxies:
    """The networks whose "X-Forwarded-..." headers count."""

    trusted: Sequence[Network]
    has_warned: bool = field(default=False, init=False)

    def origin(self, peer: str | None, https: bool, headers: Mapping[str, str]) -> Origin:
        """What the client's own request looked like, as far as trusted proxies tell."""
        address, host = parsed(peer or ""), headers.get("Host", "")
        if address is None or not self.trusts(address):
            if address and "X-Forwarded-For" in headers:
                self._overlook(address)
            return Origin(str(address) if address else None, host, https)
        scheme = first(headers.get("X-Forwarded-Proto", ""))
        return Origin(
            str(self.client(address, headers.get("X-Forwarded-For", ""))),
            first(headers.get("X-Forwarded-Host", "")) or host,
            scheme == "https" if scheme else https,
        )

    def client(self, peer: IPAddress, forwarded: str) -> IPAddress:
        """The last hop that no trusted proxy is: what stands left of it, anybody could have written."""
        address = peer
        for hop in reversed(forwarded.split(",")):
            named = parsed(hop)
            if not self.trusts(address) or named is None:
                break
            address = named
        return address

    def _overlook(self, address: IPAddress) -> None:
        """A neighbour that forwards is likely a proxy of ours which the settings do not name: all behind it are one."""
        if address.is_private and not self.has_warned:
            self.has_warned = True
            log.warning("proxies.not_trusted", address=str(address), setting="TESSERA_TRUSTED_PROXIES")

    def trusts(self, address: IPAddress) -> bool:
        return any(address in network for network in self.trusted)


def parsed(hop: str) -> IPAddress | None:
    """An address as proxies write it: "192.0.2.1", "192.0.2.1:5000", "[2001:db8::1]:5000", "::ffff:192.0.2.1"."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def network_of(address: str | None) -> str:
    """Who counts as one: an IPv4 address is one household, of IPv6 it is the /64; a unix socket is one network."""
    parsed = ip_address(address) if address else None
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)


def first(header: str) -> str:
    return header.partition(",")[0].strip()
