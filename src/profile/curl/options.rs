//! The options of curl: which have a value, and what a profile makes of each (`curl --help all` of curl 8.17).

/// What a profile makes of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Url,
    Method,
    Header,
    /// Data: joined with `&`; `@` names a file, whose line feeds are dropped.
    Data,
    /// The same with the file unchanged.
    DataBinary,
    DataRaw,
    DataUrlEncode,
    Json,
    UrlQuery,
    Form,
    FormString,
    Get,
    GlobOff,
    User,
    Bearer,
    UserAgent,
    Referer,
    Cookie,
    Range,
    CaCert,
    Cert,
    Key,
    Http1,
    Http2,
    MaxTime,
    Retry,
    RetryDelay,
    /// About output, or what a profile does anyway.
    Ignored,
    /// A profile has no place for it: the reason.
    NotCarried(&'static str),
    /// Makes another request than a profile can.
    Refused(&'static str),
}

/// An option.
#[derive(Debug, Clone, Copy)]
pub(super) struct CurlOption {
    pub has_value: bool,
    pub meaning: Meaning,
}

/// The option with a long name. A negated switch (`--no-…`) has no effect on a request.
pub(super) fn long(name: &str) -> Option<CurlOption> {
    let single = |table: &[(&str, Meaning)]| {
        table.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning)
    };
    let grouped = |groups: &[(&'static str, &str)]| {
        let mut groups = groups.iter();
        let (reason, _) = groups.find(|(_, names)| names.split_whitespace().any(|known| known == name))?;
        Some(if reason.is_empty() { Meaning::Ignored } else { Meaning::NotCarried(reason) })
    };
    if let Some(meaning) = single(WITH_VALUE).or_else(|| grouped(GROUPS_WITH_VALUE)) {
        return Some(CurlOption { has_value: true, meaning });
    }
    if let Some(meaning) = single(SWITCHES).or_else(|| grouped(GROUPS_OF_SWITCHES)) {
        return Some(CurlOption { has_value: false, meaning });
    }
    let positive = name.strip_prefix("no-").and_then(long).filter(|option| !option.has_value);
    positive.map(|_| CurlOption { has_value: false, meaning: Meaning::Ignored })
}

/// The long name of a letter.
pub(super) fn short(letter: char) -> Option<CurlOption> {
    SHORT.iter().find(|(known, _)| *known == letter).and_then(|(_, name)| long(name))
}

const NO_BODY: &str = "it makes a HEAD request, and a callback is GET, POST, PUT or DELETE";
const UPLOAD: &str = "a profile has the body itself: use --data-binary @FILE";
const ANOTHER: &str = "a profile is one request: import each on its own";
const CONFIG: &str = "write its options instead";

const WITH_VALUE: &[(&str, Meaning)] = &[
    ("url", Meaning::Url),
    ("request", Meaning::Method),
    ("header", Meaning::Header),
    ("data", Meaning::Data),
    ("data-ascii", Meaning::Data),
    ("data-binary", Meaning::DataBinary),
    ("data-raw", Meaning::DataRaw),
    ("data-urlencode", Meaning::DataUrlEncode),
    ("json", Meaning::Json),
    ("url-query", Meaning::UrlQuery),
    ("form", Meaning::Form),
    ("form-string", Meaning::FormString),
    ("user", Meaning::User),
    ("oauth2-bearer", Meaning::Bearer),
    ("user-agent", Meaning::UserAgent),
    ("referer", Meaning::Referer),
    ("cookie", Meaning::Cookie),
    ("range", Meaning::Range),
    ("cacert", Meaning::CaCert),
    ("cert", Meaning::Cert),
    ("key", Meaning::Key),
    ("max-time", Meaning::MaxTime),
    ("retry", Meaning::Retry),
    ("retry-delay", Meaning::RetryDelay),
    ("upload-file", Meaning::Refused(UPLOAD)),
    ("config", Meaning::Refused(CONFIG)),
];

const SWITCHES: &[(&str, Meaning)] = &[
    ("get", Meaning::Get),
    ("globoff", Meaning::GlobOff),
    ("http1.0", Meaning::Http1),
    ("http1.1", Meaning::Http1),
    ("http2", Meaning::Http2),
    ("head", Meaning::Refused(NO_BODY)),
    ("next", Meaning::Refused(ANOTHER)),
];

const FIXED_AUTH: &str = "a profile has Basic, API key and Advanced authentication";
const FIXED_TLS: &str = "TLS 1.2 or newer with a verified certificate is always used";
const FIXED_ROUTE: &str = "the sender has its own route, names and proxies";
const REDIRECTS: &str = "redirects are never followed";
const RETRIES: &str = "retries follow the profile's policy";
const FILES: &str = "a profile has the values themselves";
const TIMES: &str = "a profile has one timeout, for the whole attempt";
const VERSION: &str = "HTTP/1.1 and HTTP/2 are used";
const COMPRESSION: &str = "responses are requested uncompressed";
const OTHER_PROTOCOLS: &str = "it is for other protocols";

/// Reason (none if nothing is lost), and names.
const GROUPS_WITH_VALUE: &[(&str, &str)] = &[
    (
        "",
        "create-file-mode dump-header expect100-timeout keepalive-time keepalive-cnt libcurl limit-rate max-filesize \
         noproxy output output-dir parallel-max parallel-max-host proto proto-redir rate speed-limit speed-time stderr \
         trace trace-ascii trace-config write-out cookie-jar etag-save engine random-file egd-file help \
         happy-eyeballs-timeout-ms ip-tos vlan-priority hsts alt-svc variable dump-ca-embed",
    ),
    (FIXED_AUTH, "aws-sigv4 delegation login-options sasl-authzid service-name"),
    (
        FIXED_TLS,
        "capath cert-type ciphers crlfile curves ech hostpubmd5 hostpubsha256 key-type pass pinnedpubkey \
         signature-algorithms ssl-sessions tls-max tls13-ciphers tlsauthtype tlspassword tlsuser",
    ),
    (
        FIXED_ROUTE,
        "abstract-unix-socket connect-to dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url \
         haproxy-clientip interface ipfs-gateway local-port preproxy proxy proxy-cacert proxy-capath proxy-cert \
         proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass \
         proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser \
         proxy-user proxy1.0 resolve socks4 socks4a socks5 socks5-gssapi-service socks5-hostname unix-socket",
    ),
    (REDIRECTS, "max-redirs"),
    (RETRIES, "retry-max-time"),
    (FILES, "etag-compare netrc-file"),
    (TIMES, "connect-timeout"),
    ("a condition on time is not sent", "time-cond"),
    ("the path is that of the URL", "request-target"),
    ("the scheme is that of the URL", "proto-default"),
    (
        OTHER_PROTOCOLS,
        "continue-at ftp-account ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode krb mail-auth mail-from \
         mail-rcpt pubkey quote telnet-option tftp-blksize upload-flags",
    ),
];

/// Reason (none if nothing is lost), and names.
const GROUPS_OF_SWITCHES: &[(&str, &str)] = &[
    (
        "",
        "basic create-dirs disable disallow-username-in-url fail fail-early fail-with-body false-start include \
         junk-session-cookies no-buffer buffer clobber keepalive manual parallel parallel-immediate path-as-is \
         progress-bar progress-meter raw remote-header-name remote-name remote-name-all remote-time remove-on-error \
         show-error show-headers silent styled-output suppress-connect-headers tcp-fastopen tcp-nodelay trace-ids \
         trace-time use-ascii verbose version xattr skip-existing out-null form-escape sessionid alpn npn metalink \
         ignore-content-length",
    ),
    (FIXED_AUTH, "anyauth digest negotiate ntlm ntlm-wb sasl-ir"),
    (
        FIXED_TLS,
        "ca-native cert-status insecure ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-reqd \
         ssl-revoke-best-effort sslv2 sslv3 tls-earlydata tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3",
    ),
    (
        FIXED_ROUTE,
        "doh-cert-status doh-insecure haproxy-protocol ipv4 ipv6 mptcp proxy-anyauth proxy-basic proxy-ca-native \
         proxy-digest proxy-http2 proxy-insecure proxy-negotiate proxy-ntlm proxy-ssl-allow-beast \
         proxy-ssl-auto-client-cert proxy-tlsv1 proxytunnel socks5-basic socks5-gssapi socks5-gssapi-nec",
    ),
    (REDIRECTS, "follow location location-trusted post301 post302 post303"),
    (RETRIES, "retry-all-errors retry-connrefused"),
    (FILES, "netrc netrc-optional"),
    (VERSION, "http0.9 http2-prior-knowledge http3 http3-only"),
    (COMPRESSION, "compressed tr-encoding"),
    (
        OTHER_PROTOCOLS,
        "append compressed-ssh crlf disable-eprt disable-epsv ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip \
         ftp-ssl-ccc ftp-ssl-control list-only mail-rcpt-allowfails tftp-no-options",
    ),
];

const SHORT: &[(char, &str)] = &[
    ('0', "http1.0"),
    ('1', "tlsv1"),
    ('2', "sslv2"),
    ('3', "sslv3"),
    ('4', "ipv4"),
    ('6', "ipv6"),
    ('a', "append"),
    ('A', "user-agent"),
    ('b', "cookie"),
    ('B', "use-ascii"),
    ('c', "cookie-jar"),
    ('C', "continue-at"),
    ('d', "data"),
    ('D', "dump-header"),
    ('e', "referer"),
    ('E', "cert"),
    ('f', "fail"),
    ('F', "form"),
    ('g', "globoff"),
    ('G', "get"),
    ('h', "help"),
    ('H', "header"),
    ('i', "include"),
    ('I', "head"),
    ('j', "junk-session-cookies"),
    ('J', "remote-header-name"),
    ('k', "insecure"),
    ('K', "config"),
    ('l', "list-only"),
    ('L', "location"),
    ('m', "max-time"),
    ('M', "manual"),
    ('n', "netrc"),
    ('N', "no-buffer"),
    ('o', "output"),
    ('O', "remote-name"),
    ('p', "proxytunnel"),
    ('P', "ftp-port"),
    ('q', "disable"),
    ('Q', "quote"),
    ('r', "range"),
    ('R', "remote-time"),
    ('s', "silent"),
    ('S', "show-error"),
    ('t', "telnet-option"),
    ('T', "upload-file"),
    ('u', "user"),
    ('U', "proxy-user"),
    ('v', "verbose"),
    ('V', "version"),
    ('w', "write-out"),
    ('x', "proxy"),
    ('X', "request"),
    ('y', "speed-time"),
    ('Y', "speed-limit"),
    ('z', "time-cond"),
    ('Z', "parallel"),
    ('#', "progress-bar"),
    (':', "next"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_its_option_and_every_name_is_there_once() {
        for (letter, name) in SHORT {
            assert!(short(*letter).is_some(), "-{letter} {name}");
        }
        let groups = GROUPS_WITH_VALUE.iter().chain(GROUPS_OF_SWITCHES);
        let mut names: Vec<&str> = groups.flat_map(|(_, names)| names.split_whitespace()).collect();
        names.extend(WITH_VALUE.iter().chain(SWITCHES).map(|(name, _)| *name));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_negated_switch_is_ignored() {
        assert_eq!(long("no-compressed").map(|option| option.meaning), Some(Meaning::Ignored));
        assert!(long("no-data").is_none());
        assert!(long("nothing-like-it").is_none());
    }
}
