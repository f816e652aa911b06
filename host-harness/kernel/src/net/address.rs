//! What an address is, and whether a binding may go there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use policy::{Code, config::Private};

/// What an address is. Whatever is not public is closed to a binding that does not open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Public,
    Private,
    Loopback,
    LinkLocal,
    Metadata,
    Shared,
    Mapped,
    Multicast,
    Broadcast,
    Unspecified,
    Reserved,
    Documentation,
}

impl Reach {
    pub(super) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }

    /// The code of a refusal, and what such an address is called.
    fn told(self) -> (Code, &'static str) {
        match self {
            Self::Public => (Code::NetPlain, "a public address, without encryption"),
            Self::Private => (Code::NetPrivate, "a private address"),
            Self::Loopback => (Code::NetLoopback, "this machine itself"),
            Self::LinkLocal => (Code::NetLinkLocal, "an address of the local link"),
            Self::Metadata => (Code::NetMetadata, "an address where clouds hand out credentials"),
            Self::Shared => (Code::NetShared, "an address that carriers share (100.64.0.0/10)"),
            Self::Mapped => (Code::NetMapped, "an IPv6 address that hides an IPv4 address not allowed"),
            Self::Multicast => (Code::NetMulticast, "a multicast address"),
            Self::Broadcast => (Code::NetBroadcast, "the broadcast address"),
            Self::Unspecified => (Code::NetUnspecified, "the address that stands for none"),
            Self::Reserved => (Code::NetReserved, "a reserved address"),
            Self::Documentation => (Code::NetDocumentation, "an address kept for documentation"),
        }
    }
}

/// An address that a binding may not go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it leads to {}", .0.told().1)]
pub(super) struct Closed(Reach);

impl Closed {
    pub(super) fn code(self) -> Code {
        self.0.told().0
    }

    /// What the operator can do about it.
    pub(super) fn hint(self) -> Option<&'static str> {
        match self.0 {
            Reach::Private | Reach::Shared | Reach::Loopback => Some(
                "if that is meant, give the binding `private` with this network, such as [\"10.0.0.0/8\"]",
            ),
            Reach::LinkLocal => Some("only `private` with the network in a list opens the local link"),
            Reach::Public => Some("give the binding an `https` address"),
            _ => None,
        }
    }
}

/// Where a binding may go.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    pub private: Private,
    /// Whether the operator wrote down this very machine.
    pub here: bool,
    /// Whether what is sent is encrypted.
    pub encrypted: bool,
}

impl Guard {
    /// All addresses of a name, or why one of them is closed: who mixes them has something
    /// in mind.
    pub(super) fn all(&self, addresses: &[IpAddr]) -> Result<(), Closed> {
        addresses.iter().try_for_each(|address| self.one(*address))
    }

    fn one(&self, address: IpAddr) -> Result<(), Closed> {
        let reach = Reach::of(address);
        let open = match reach {
            Reach::Public => self.encrypted,
            Reach::Loopback => self.here || self.opens(address, Private::All),
            Reach::Private | Reach::Shared => self.opens(address, Private::All),
            Reach::LinkLocal => self.opens(address, Private::None),
            _ => false,
        };
        if open { Ok(()) } else { Err(Closed(reach)) }
    }

    /// Whether `private` lists the address, or is this whole.
    fn opens(&self, address: IpAddr, whole: Private) -> bool {
        match &self.private {
            Private::None => false,
            Private::All => whole == Private::All,
            Private::These(networks) => networks.iter().any(|network| network.contains(&address)),
        }
    }
}

/// Where clouds answer their machines with credentials, or steer them.
const METADATA_V4: &[Ipv4Addr] = &[
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(169, 254, 170, 2),
    Ipv4Addr::new(169, 254, 170, 23),
    Ipv4Addr::new(169, 254, 0, 23),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];
const METADATA_V6: &[Ipv6Addr] = &[
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

fn of_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        _ if METADATA_V4.contains(&address) => Reach::Metadata,
        [0, 0, 0, 0] => Reach::Unspecified,
        [255, 255, 255, 255] => Reach::Broadcast,
        [127, ..] => Reach::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Reach::Private,
        [169, 254, ..] => Reach::LinkLocal,
        [100, 64..=127, ..] => Reach::Shared,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Reach::Documentation,
        [224..=239, ..] => Reach::Multicast,
        [0 | 240..=255, ..] | [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..=19, ..] => Reach::Reserved,
        _ => Reach::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Reach {
    match address.segments() {
        _ if METADATA_V6.contains(&address) => Reach::Metadata,
        [0, 0, 0, 0, 0, 0, 0, 0] => Reach::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Loopback,
        // Compatible addresses are out of use, and the local form of NAT64 can't be read.
        [0, 0, 0, 0, 0, 0, _, _] | [0x64, 0xff9b, 1, ..] => Reach::Mapped,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Reach::Private,
        [0xfe80..=0xfebf, ..] => Reach::LinkLocal,
        [0xff00..=0xffff, ..] => Reach::Multicast,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Reach::Documentation,
        _ if hidden(address).any(|hidden| of_v4(hidden) != Reach::Public) => Reach::Mapped,
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] | [0x2002, ..] | [0x2001, 0, ..] => {
            Reach::Public
        }
        [0x2001, 2..=0x1ff, ..] => Reach::Reserved,
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Reserved,
    }
}

/// The IPv4 addresses that an IPv6 address leads to: mapped, translated, NAT64, 6to4,
/// Teredo (server and client) and ISATAP.
fn hidden(address: Ipv6Addr) -> impl Iterator<Item = Ipv4Addr> {
    let segments = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    let last = v4(segments[6], segments[7]);
    let found = match segments {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => {
            [Some(last), None]
        }
        [0x2002, high, low, ..] => [Some(v4(high, low)), None],
        [0x2001, 0, high, low, ..] => [Some(v4(high, low)), Some(v4(!segments[6], !segments[7]))],
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => [Some(last), None],
        _ => [None, None],
    };
    found.into_iter().flatten()
}

#[cfg(test)]
mod tests;
