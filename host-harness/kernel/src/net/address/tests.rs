use super::*;

fn guard(private: Private) -> Guard {
    Guard { private, here: false, encrypted: true }
}

fn refused(address: &str, guard: &Guard) -> Option<Code> {
    guard.all(&[address.parse().unwrap()]).err().map(Closed::code)
}

const CLOSED: &[(&str, Code)] = &[
    ("10.0.0.1", Code::NetPrivate),
    ("10.255.255.255", Code::NetPrivate),
    ("172.16.0.1", Code::NetPrivate),
    ("172.31.255.255", Code::NetPrivate),
    ("192.168.0.1", Code::NetPrivate),
    ("fc00::1", Code::NetPrivate),
    ("fdff:ffff::1", Code::NetPrivate),
    ("fec0::1", Code::NetPrivate),
    ("127.0.0.1", Code::NetLoopback),
    ("127.255.255.255", Code::NetLoopback),
    ("::1", Code::NetLoopback),
    ("169.254.1.1", Code::NetLinkLocal),
    ("fe80::1", Code::NetLinkLocal),
    ("febf::1", Code::NetLinkLocal),
    ("169.254.169.254", Code::NetMetadata),
    ("169.254.170.2", Code::NetMetadata),
    ("fd00:ec2::254", Code::NetMetadata),
    ("100.100.100.200", Code::NetMetadata),
    ("168.63.129.16", Code::NetMetadata),
    ("192.0.0.192", Code::NetMetadata),
    ("100.64.0.1", Code::NetShared),
    ("100.127.255.255", Code::NetShared),
    ("::ffff:10.0.0.1", Code::NetMapped),
    ("::ffff:127.0.0.1", Code::NetMapped),
    ("::ffff:169.254.169.254", Code::NetMapped),
    ("::ffff:0:10.0.0.1", Code::NetMapped),
    ("::10.0.0.1", Code::NetMapped),
    ("::8.8.8.8", Code::NetMapped),
    ("64:ff9b::10.0.0.1", Code::NetMapped),
    ("64:ff9b::169.254.169.254", Code::NetMapped),
    ("64:ff9b:1::8.8.8.8", Code::NetMapped),
    ("2002:a00:1::1", Code::NetMapped),
    ("2002:7f00:1::", Code::NetMapped),
    ("2001:0:a00:1::f7f7:f7f7", Code::NetMapped),
    ("2001:0:808:808::f5ff:fffe", Code::NetMapped),
    ("2606:4700::5efe:10.0.0.1", Code::NetMapped),
    ("2606:4700::200:5efe:a00:1", Code::NetMapped),
    ("224.0.0.1", Code::NetMulticast),
    ("239.255.255.255", Code::NetMulticast),
    ("ff02::1", Code::NetMulticast),
    ("255.255.255.255", Code::NetBroadcast),
    ("0.0.0.0", Code::NetUnspecified),
    ("::", Code::NetUnspecified),
    ("0.1.2.3", Code::NetReserved),
    ("192.0.0.1", Code::NetReserved),
    ("192.88.99.1", Code::NetReserved),
    ("198.18.0.1", Code::NetReserved),
    ("240.0.0.1", Code::NetReserved),
    ("100::1", Code::NetReserved),
    ("2001:2::1", Code::NetReserved),
    ("5f00::1", Code::NetReserved),
    ("4000::1", Code::NetReserved),
    ("64:ff9b:0:1::1", Code::NetReserved),
    ("192.0.2.1", Code::NetDocumentation),
    ("198.51.100.1", Code::NetDocumentation),
    ("203.0.113.1", Code::NetDocumentation),
    ("2001:db8::1", Code::NetDocumentation),
    ("3fff::1", Code::NetDocumentation),
];

const PUBLIC: &[&str] = &[
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "169.253.255.255",
    "192.167.255.255",
    "198.17.255.255",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
];

#[test]
fn what_is_not_public_is_refused_each_with_its_code() {
    for (address, code) in CLOSED {
        assert_eq!(refused(address, &guard(Private::None)), Some(*code), "{address}");
    }
    for address in PUBLIC {
        assert_eq!(refused(address, &guard(Private::None)), None, "{address}");
    }
}

#[test]
fn private_opens_private_networks_and_this_machine_and_nothing_else() {
    for (address, code) in CLOSED {
        let opened = matches!(code, Code::NetPrivate | Code::NetLoopback | Code::NetShared);
        let expected = (!opened).then_some(*code);
        assert_eq!(refused(address, &guard(Private::All)), expected, "{address}");
    }
}

#[test]
fn a_list_opens_what_it_lists_but_never_metadata() {
    let listed = |list: &[&str]| Private::These(list.iter().map(|text| text.parse().unwrap()).collect());
    for (list, address, expected) in [
        (&["10.1.0.0/16"][..], "10.1.2.3", None),
        (&["10.1.0.0/16"], "10.2.2.3", Some(Code::NetPrivate)),
        (&["10.1.0.0/16"], "127.0.0.1", Some(Code::NetLoopback)),
        (&["127.0.0.1/32"], "127.0.0.1", None),
        (&["169.254.0.0/16"], "169.254.1.1", None),
        (&["169.254.0.0/16"], "169.254.169.254", Some(Code::NetMetadata)),
        (&["fe80::/10"], "fe80::1", None),
        (&["0.0.0.0/0", "::/0"], "169.254.169.254", Some(Code::NetMetadata)),
        (&["0.0.0.0/0", "::/0"], "::ffff:10.0.0.1", Some(Code::NetMapped)),
        (&["0.0.0.0/0", "::/0"], "224.0.0.1", Some(Code::NetMulticast)),
        (&["0.0.0.0/0", "::/0"], "0.0.0.0", Some(Code::NetUnspecified)),
    ] {
        assert_eq!(refused(address, &guard(listed(list))), expected, "{list:?} {address}");
    }
}

#[test]
fn one_closed_address_closes_a_name() {
    let public: IpAddr = "8.8.8.8".parse().unwrap();
    for (address, code) in CLOSED {
        let mixed = [public, address.parse().unwrap(), public];
        assert_eq!(guard(Private::None).all(&mixed).unwrap_err().code(), *code, "{address}");
    }
    assert_eq!(guard(Private::None).all(&[public, public]), Ok(()));
}

#[test]
fn without_encryption_nothing_goes_to_public_addresses() {
    let plain = Guard { encrypted: false, ..guard(Private::All) };
    assert_eq!(refused("8.8.8.8", &plain), Some(Code::NetPlain));
    assert_eq!(refused("10.0.0.1", &plain), None);
}

#[test]
fn every_kind_of_address_is_told_in_other_words() {
    let mut told: Vec<_> =
        CLOSED.iter().map(|(address, _)| Reach::of(address.parse().unwrap()).told()).collect();
    told.sort_unstable();
    told.dedup();
    let codes: std::collections::BTreeSet<_> = told.iter().map(|(code, _)| *code).collect();
    let words: std::collections::BTreeSet<_> = told.iter().map(|(_, words)| *words).collect();
    assert_eq!((told.len(), codes.len(), words.len()), (11, 11, 11));
}

/// The library of the language has a list of its own, made by others.
#[test]
fn what_the_language_does_not_call_global_is_closed_in_every_form() {
    let mut closed = 0;
    for (high, low) in (0..=u16::MAX).flat_map(|high| [(high, 0), (high, 1), (high, 0xfffe), (high, 0xffff)])
    {
        let ([a, b], [c, d]) = (u16::to_be_bytes(high), u16::to_be_bytes(low));
        let v4 = Ipv4Addr::new(a, b, c, d);
        let known = v4.is_private()
            || v4.is_loopback()
            || v4.is_link_local()
            || v4.is_multicast()
            || v4.is_broadcast()
            || v4.is_documentation()
            || v4.is_unspecified();
        let reach = Reach::of(v4.into());
        assert!(!known || reach != Reach::Public, "{v4}");
        if reach == Reach::Public {
            continue;
        }
        closed += 1;
        for v6 in [
            v4.to_ipv6_mapped(),
            v4.to_ipv6_compatible(),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            Ipv6Addr::new(0x2001, 0, high, low, 0, 0, !0x0808, !0x0808),
            Ipv6Addr::new(0x2001, 0, 0x0808, 0x0808, 0, 0, !high, !low),
            Ipv6Addr::new(0x2a00, 1, 2, 3, 0, 0x5efe, high, low),
        ] {
            assert_ne!(Reach::of(v6.into()), Reach::Public, "{v4} in {v6}");
        }
    }
    assert!(closed > 4 * 0x2000, "{closed}");
}
