use super::*;

/// The result for an address: dialled, only with `operator`, or never, with its range.
#[derive(Debug, PartialEq)]
enum Fate {
    Dialled,
    Inside(Inside),
    Never(&'static str),
}

use Fate::{Dialled, Inside as In, Never};
use Inside::{Loopback, Private, Shared};

const METADATA: Fate = Never("a metadata service");
const LINK: Fate = Never("link-local");
const DOCUMENTS: Fate = Never("reserved for documentation");
const BENCHMARKS: Fate = Never("reserved for benchmarks");
const RESERVED: Fate = Never("reserved");
const UNSPECIFIED: Fate = Never("unspecified");
const MULTICAST: Fate = Never("multicast");

/// Every notation, as in a URL.
const HOSTS: &[(&str, Fate)] = &[
    // Plain.
    ("8.8.8.8", Dialled),
    ("127.0.0.1", In(Loopback)),
    ("127.255.255.254", In(Loopback)),
    ("10.1.2.3", In(Private)),
    ("172.16.0.1", In(Private)),
    ("172.31.255.255", In(Private)),
    ("172.32.0.1", Dialled),
    ("192.168.0.9", In(Private)),
    ("100.64.0.1", In(Shared)),
    ("100.128.0.1", Dialled),
    ("169.254.169.254", LINK),
    ("0.0.0.0", UNSPECIFIED),
    ("0.1.2.3", UNSPECIFIED),
    ("100.100.100.200", METADATA),
    ("100.100.100.201", In(Shared)),
    ("168.63.129.16", METADATA),
    ("192.0.0.192", METADATA),
    ("192.0.0.8", RESERVED),
    ("192.88.99.1", RESERVED),
    ("192.0.2.7", DOCUMENTS),
    ("198.51.100.1", DOCUMENTS),
    ("203.0.113.1", DOCUMENTS),
    ("198.19.0.1", BENCHMARKS),
    ("224.0.0.1", MULTICAST),
    ("239.255.255.255", MULTICAST),
    ("240.0.0.1", RESERVED),
    ("255.255.255.255", RESERVED),
    // Decimal, hexadecimal, octal, short, mixed, trailing dots, percent encoding, other digits.
    ("2130706433", In(Loopback)),
    ("2852039166", LINK),
    ("0x7f000001", In(Loopback)),
    ("0xa9fea9fe", LINK),
    ("0x7f.1", In(Loopback)),
    ("0XA9.0xFE.0xA9.0xFE", LINK),
    ("017700000001", In(Loopback)),
    ("0177.0.0.01", In(Loopback)),
    ("0251.0376.0251.0376", LINK),
    ("127.1", In(Loopback)),
    ("127.0.1", In(Loopback)),
    ("10.1", In(Private)),
    ("169.254.43518", LINK),
    ("0", UNSPECIFIED),
    ("0x", UNSPECIFIED),
    ("127.0.0.1.", In(Loopback)),
    ("169.254.169.254.", LINK),
    ("2852039166.", LINK),
    ("%31%32%37.0.0.1", In(Loopback)),
    ("169%2e254%2e169%2e254", LINK),
    ("１６９.２５４.１６９.２５４", LINK),
    ("169。254。169。254", LINK),
    ("①②⑦.⓪.⓪.①", In(Loopback)),
    // IPv6.
    ("[2606:4700::1111]", Dialled),
    ("[::1]", In(Loopback)),
    ("[0:0:0:0:0:0:0:1]", In(Loopback)),
    ("[::]", UNSPECIFIED),
    ("[::2]", RESERVED),
    ("[fc00::1]", In(Private)),
    ("[fd12:3456::1]", In(Private)),
    ("[fd00:ec2::254]", METADATA),
    ("[fd20:ce::254]", METADATA),
    ("[fd20:ce::253]", In(Private)),
    ("[fec0::1]", In(Private)),
    ("[fe80::1]", LINK),
    ("[febf::1]", LINK),
    ("[ff02::1]", MULTICAST),
    ("[2001:db8::1]", DOCUMENTS),
    ("[3fff::1]", DOCUMENTS),
    ("[3fff:fff:ffff::1]", DOCUMENTS),
    ("[3fff:1000::1]", Dialled),
    ("[3ff0::1]", Dialled),
    ("[2001:2::1]", BENCHMARKS),
    ("[100::1]", RESERVED),
    ("[5f00::1]", RESERVED),
    ("[64:ff9b:2::a9fe:a9fe]", RESERVED),
    // Mapped, compatible, translated.
    ("[::ffff:169.254.169.254]", LINK),
    ("[::ffff:a9fe:a9fe]", LINK),
    ("[0:0:0:0:0:FFFF:A9FE:A9FE]", LINK),
    ("[::ffff:127.0.0.1]", In(Loopback)),
    ("[::ffff:8.8.8.8]", Dialled),
    ("[::ffff:100.100.100.200]", METADATA),
    ("[::169.254.169.254]", LINK),
    ("[::7f00:1]", In(Loopback)),
    ("[::ffff:0:169.254.169.254]", LINK),
    ("[::ffff:0:10.0.0.1]", In(Private)),
    // NAT64: well-known and network-specific with its four prefix lengths.
    ("[64:ff9b::a9fe:a9fe]", LINK),
    ("[64:ff9b::127.0.0.1]", In(Loopback)),
    ("[64:ff9b::808:808]", Dialled),
    ("[64:ff9b:1::a9fe:a9fe]", LINK),
    ("[64:ff9b:1:2:3:4:a9fe:a9fe]", LINK),
    ("[64:ff9b:1::10.0.0.1]", In(Private)),
    ("[64:ff9b:1::808:808]", Dialled),
    ("[64:ff9b:1:a9fe:a9:fe00:808:808]", LINK),
    ("[64:ff9b:1:0a9:00fe:a9fe:808:808]", LINK),
    ("[64:ff9b:1:0:00a9:fea9:0808:808]", LINK),
    ("[64:ff9b:1:a00:0:100:808:808]", In(Private)),
    // 6to4 and Teredo.
    ("[2002:a9fe:a9fe::1]", LINK),
    ("[2002:7f00:1::1]", In(Loopback)),
    ("[2002:808:808::1]", Dialled),
    ("[2001:0:1:2:3:4:5601:5601]", LINK),
    ("[2001:0:53aa:64c:0:1:f5ff:fffe]", In(Private)),
    ("[2001:0:53aa:64c:0:1:f7f7:f7f7]", Dialled),
    // ISATAP, after any prefix and inside one.
    ("[2606:4700::5efe:a9fe:a9fe]", LINK),
    ("[2606:4700::200:5efe:169.254.169.254]", LINK),
    ("[2606:4700:1:2:300:5efe:a9fe:a9fe]", LINK),
    ("[2606:4700::5efe:7f00:1]", In(Loopback)),
    ("[2606:4700::200:5efe:10.0.0.1]", In(Private)),
    ("[2606:4700::5efe:168.63.129.16]", METADATA),
    ("[2606:4700::5efe:808:808]", Dialled),
    ("[2606:4700::400:5efe:a9fe:a9fe]", Dialled),
    ("[fe80::5efe:808:808]", LINK),
    ("[fd00::200:5efe:808:808]", In(Private)),
    ("[2001:db8::5efe:808:808]", DOCUMENTS),
    ("[2002:808:808::5efe:a9fe:a9fe]", LINK),
    ("[2002:a9fe:a9fe::5efe:808:808]", LINK),
    ("[64:ff9b:1::5efe:10.0.0.1]", In(Private)),
];

fn url(host: &str) -> Url {
    Url::parse(&format!("https://{host}:8443/cb")).expect(host)
}

fn public() -> Network {
    Network { reach: Reach::Public, ..Network::default() }
}

fn entries(list: &[&str]) -> Vec<NetworkEntry> {
    list.iter().map(|text| NetworkEntry::parse(text).unwrap()).collect()
}

#[test]
fn every_spelling_is_checked_as_the_address_it_reaches() {
    for (host, fate) in HOSTS {
        let of = |network: &Network| match network.judge_url(&url(host)) {
            Ok(()) => Dialled,
            Err(Refused::Never { kind, .. }) => Never(kind),
            Err(Refused::Inside { inside, .. }) => In(inside),
            Err(other) => panic!("{host}: {other}"),
        };
        assert_eq!(of(&public()), *fate, "{host}, public");
        let operators = if matches!(fate, In(_)) { Dialled } else { of(&public()) };
        assert_eq!(of(&Network::default()), operators, "{host}, operator");
    }
}

#[test]
fn no_list_allows_a_forbidden_address() {
    let all = entries(&["0.0.0.0/0", "::/0", "169.254.0.0/16", "0xa9fea9fe", "fe80::/10", "x.example"]);
    for network in [Network { allow: all.clone(), ..public() }, Network { allow: all, ..Network::default() }]
    {
        for (host, fate) in HOSTS {
            let judged = network.judge_url(&url(host));
            assert_eq!(judged.is_ok(), !matches!(fate, Never(_)), "{host}: {judged:?}");
        }
        let found = network.judge(Some("x.example"), "169.254.169.254".parse().unwrap());
        assert!(matches!(found, Err(Refused::Never { .. })), "{found:?}");
    }
}

#[test]
fn public_allows_listed_addresses_and_block_takes_precedence() {
    let network = Network {
        allow: entries(&["10.1.0.0/16", "fd00::/8", "::ffff:192.168.7.0/120", "hooks.corp", ".lab.corp"]),
        deny: entries(&["10.1.2.0/24", "8.8.4.4", "*.bad.example", "old.lab.corp"]),
        ..public()
    };
    let open = |host: &str| network.judge_url(&url(host)).is_ok();
    for good in [
        "10.1.3.4",
        "0x0a010304",
        "[::ffff:10.1.3.4]",
        "[64:ff9b::a01:304]",
        "[fd12::1]",
        "192.168.7.9",
        "[fd12::5efe:10.1.3.4]",
    ] {
        assert!(open(good), "{good}");
    }
    for bad in [
        "10.2.0.1",
        "127.0.0.1",
        "10.1.2.9",
        "[::ffff:10.1.2.9]",
        "[64:ff9b::a01:209]",
        "8.8.4.4",
        "[2606:4700::5efe:8.8.4.4]",
        "[fd12::5efe:10.2.0.1]",
    ] {
        assert!(!open(bad), "{bad}");
    }
    let led = |name: &str, to: &str| network.judge(Some(name), to.parse().unwrap()).is_ok();
    assert!(led("hooks.corp", "192.168.1.1") && led("HOOKS.corp.", "127.0.0.1"));
    assert!(led("a.lab.corp", "10.9.9.9") && led("a.b.lab.corp", "::1"));
    assert!(!led("lab.corp", "10.9.9.9"), "a domain is what is under it");
    assert!(!led("evil-lab.corp", "10.9.9.9") && !led("xhooks.corp", "10.9.9.9"));
    assert!(!led("hooks.corp", "10.1.2.9"), "deny wins");
    assert!(!led("old.lab.corp", "10.9.9.9") && !open("old.lab.corp"), "deny wins");
    assert!(open("bad.example") && !open("x.bad.example") && !open("X.BAD.example."));
}

#[test]
fn blocked_addresses_are_blocked_for_the_operator_too() {
    let network =
        Network { deny: entries(&["127.0.0.0/8", "::ffff:10.0.0.1", "2002::/16"]), ..Network::default() };
    for bad in ["127.1", "[::ffff:127.0.0.1]", "10.0.0.1", "[2002:808:808::1]"] {
        assert!(network.judge_url(&url(bad)).is_err(), "{bad}");
    }
    assert!(network.judge_url(&url("10.0.0.2")).is_ok());
}

#[test]
fn each_refusal_says_why() {
    let network = Network { deny: entries(&[".bad.example"]), ..public() };
    let message = |host: &str| network.judge_url(&url(host)).unwrap_err().to_string();
    assert_eq!(message("0xa9fea9fe"), "169.254.169.254 is link-local, which is never dialled");
    assert_eq!(
        message("127.1"),
        "127.0.0.1 is loopback, which network = \"public\" refuses unless network_allow names it"
    );
    assert_eq!(message("x.bad.example"), "x.bad.example is refused: network_deny has \".bad.example\"");
}

#[test]
fn entries_without_effect_are_reported() {
    for bad in [
        "",
        " ",
        "10.0.0.0/33",
        "/8",
        "10.0.0/8",
        "x.example:443",
        "https://x.example",
        "*",
        ".",
        "*.*.x",
        "[::1",
        "a b",
    ] {
        let error = NetworkEntry::parse(bad).expect_err(bad).to_string();
        assert!(error.starts_with(&format!("\"{}\" is not an address", bad.trim())), "{error}");
    }
    for good in
        ["10.0.0.1/8", "[::1]", "::1", "bücher.example", "Hooks.Example.", "*.corp", "127.1", "fe80::/10"]
    {
        assert_eq!(NetworkEntry::parse(good).unwrap().to_string(), good);
    }
    assert!(NetworkEntry::parse("bücher.example").unwrap().has_name("xn--bcher-kva.example"));
}
