//! A preview as a command: in a real shell, real curl sends the same request.

use std::collections::HashSet;

use super::preview::Preview;
use super::shell::{fits_argument, format_of, quoted, word};
use super::wire::WireHeader;
use crate::profile::{Choice as _, Tls};

/// How secrets appear in a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurlSecrets {
    /// In plain text, except an access token, which is fetched when the request is sent.
    Shown,
    /// As shell variables, with a comment that says how to set them.
    AsVariables,
}

/// Headers that curl generates from the URL and the body.
const CURLS_OWN: [&str; 2] = ["host", "content-length"];

/// Headers that curl adds by default, and that this request may not have.
const CURLS_USUAL: [&str; 4] = ["accept", "content-type", "expect", "user-agent"];

/// The command for a POSIX shell, with curl 7.43 or newer. Ends with a line feed.
#[must_use]
pub fn command(preview: &Preview, secrets: CurlSecrets) -> String {
    let mut variables = Variables::default();
    // `-q` must come first: it skips ~/.curlrc.
    let is_secure = preview.callback.url.starts_with("https:");
    let version = if preview.http2 && is_secure { "--http2" } else { "--http1.1" };
    let mut lines = vec![
        format!("curl -q {version} --noproxy '*' --globoff --path-as-is"),
        format!("-X {}", preview.callback.method.name()),
        format!("--url {}", word(&preview.callback.url)),
    ];
    if is_secure {
        lines.extend(files(&preview.tls));
    }
    for header in preview.headers.iter().filter(|h| !CURLS_OWN.contains(&h.name.as_str())) {
        lines.push(format!("-H {}", variables.header(header, secrets)));
    }
    for name in CURLS_USUAL.iter().filter(|name| !preview.headers.iter().any(|h| h.name == **name)) {
        lines.push(format!("-H '{name}:'"));
    }
    let mut before = String::new();
    if preview.callback.method.has_body() {
        let body = &preview.callback.body;
        if let Some(text) = fits_argument(body) {
            // Unlike `--data` and `--data-binary` it never interprets `@` as a file.
            lines.push(format!("--data-raw {}", quoted(text)));
        } else {
            before = format!("printf {} |\n", format_of(body));
            lines.push("--data-binary @-".to_owned());
        }
    }
    format!("{}{before}{}\n", variables.comment, lines.join(" \\\n  "))
}

/// The options for the TLS files.
fn files(tls: &Tls) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(tls.ca_file.as_ref().map(|path| format!("--cacert {}", word(path))));
    if let Some(identity) = &tls.identity {
        // Text after a colon would be taken for a passphrase.
        lines.push(format!("--cert {}", word(&identity.certificate.replace(':', "\\:"))));
        lines.extend(identity.key.as_ref().map(|path| format!("--key {}", word(path))));
    }
    lines
}

/// The shell variables that contain secrets.
#[derive(Default)]
struct Variables {
    names: HashSet<String>,
    /// Without quotes and special characters: some shells read what is pasted after `#` as a command.
    comment: String,
}

impl Variables {
    /// The argument of `-H`.
    fn header(&mut self, header: &WireHeader, secrets: CurlSecrets) -> String {
        let WireHeader { name, value, secret, fetched } = header;
        // curl would remove a header without a value unless it is written this way.
        if value.trim().is_empty() && !fetched {
            return quoted(&format!("{name};"));
        }
        if *fetched || (*secret && secrets == CurlSecrets::AsVariables) {
            let variable = self.variable(name);
            // With `:?` the shell runs nothing until the variable is set.
            return format!("{}\"${{{variable}:?}}\"", quoted(&format!("{name}: ")));
        }
        word(&format!("{name}: {value}"))
    }

    fn variable(&mut self, header: &str) -> String {
        let letters =
            header.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
        let plain = format!("RINGBACK_{}", letters.collect::<String>());
        let mut name = plain.clone();
        let mut number = 1;
        while !self.names.insert(name.clone()) {
            number += 1;
            name = format!("{plain}_{number}");
        }
        let header = safe(header);
        self.comment.extend(["# First run: read -r ", &name, "\n"]);
        self.comment.extend(["#   and paste the value of the header ", &header, "\n"]);
        name
    }
}

/// A header's name without characters that are special in a shell.
fn safe(header: &str) -> String {
    header.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect()
}

#[cfg(test)]
mod tests;
