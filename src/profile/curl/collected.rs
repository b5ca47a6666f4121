//! The options of a command, gathered by what they are about.

use super::arguments::{Given, given};
use super::body::Source;
use super::command::Command;
use super::error::CurlError;
use super::imported::Fields;
use super::inputs::CurlInputs;
use super::options::Meaning;
use crate::profile::draft::DraftHeader;

/// What a command has, before its parts are put together.
pub(super) struct Collected<'a> {
    pub source: Source<'a>,
    pub notes: Vec<String>,
    pub urls: Vec<String>,
    pub query: Vec<String>,
    pub method: Option<String>,
    pub data: Option<Vec<u8>>,
    pub is_json: bool,
    pub form: Option<Vec<(String, String)>>,
    pub headers: Vec<DraftHeader>,
    pub as_query: bool,
    pub glob_off: bool,
    pub max_time: Option<String>,
    pub retry: Option<String>,
    pub retry_delay: Option<String>,
    pub fields: Fields,
}

impl<'a> Collected<'a> {
    /// From the options of a command.
    pub(super) fn of(command: Command, literal: bool, inputs: &'a dyn CurlInputs) -> Result<Self, CurlError> {
        let mut collected = Self {
            source: Source { inputs, input: command.input, literal },
            notes: Vec::new(),
            urls: Vec::new(),
            query: Vec::new(),
            method: None,
            data: None,
            is_json: false,
            form: None,
            headers: Vec::new(),
            as_query: false,
            glob_off: false,
            max_time: None,
            retry: None,
            retry_delay: None,
            fields: Fields::default(),
        };
        for option in given(command.arguments)? {
            collected.take(option)?;
        }
        Ok(collected)
    }

    fn take(&mut self, option: Given) -> Result<(), CurlError> {
        match option.meaning {
            Meaning::Data | Meaning::DataBinary | Meaning::DataRaw | Meaning::DataUrlEncode => {
                let piece = self.source.data(option)?;
                match &mut self.data {
                    Some(data) => {
                        data.push(b'&');
                        data.extend(piece);
                    }
                    none => *none = Some(piece),
                }
                return Ok(());
            }
            Meaning::Json => {
                let piece = self.source.data(option)?;
                self.data.get_or_insert_default().extend(piece);
                self.is_json = true;
                return Ok(());
            }
            Meaning::Form | Meaning::FormString => {
                let field = self.source.field(option, &mut self.notes)?;
                self.form.get_or_insert_default().extend(field);
                return Ok(());
            }
            Meaning::UrlQuery => {
                let name = option.name.clone();
                self.query.push(Source::text(&name, self.source.data(option)?)?);
                return Ok(());
            }
            _ => {}
        }
        let Given { name, meaning, value } = option;
        let value = Source::text(&name, value)?;
        let header = |name: &str, value: String| DraftHeader { name: name.to_owned(), value };
        match meaning {
            Meaning::Url => self.urls.push(value),
            Meaning::Method => self.method = Some(value),
            Meaning::Header => self.header(&name, &value)?,
            Meaning::Bearer => self.headers.push(header("Authorization", format!("Bearer {value}"))),
            Meaning::UserAgent => self.headers.push(header("User-Agent", value)),
            Meaning::Referer => {
                self.headers.push(header("Referer", value.trim_end_matches(";auto").to_owned()));
            }
            Meaning::Range => self.headers.push(header("Range", format!("bytes={value}"))),
            Meaning::Cookie if value.contains('=') => self.headers.push(header("Cookie", value)),
            Meaning::Cookie => self.notes.push(format!("{name} {value} is a file of cookies: not carried")),
            Meaning::User => self.user(&value),
            Meaning::CaCert => self.fields.ca_file = value,
            Meaning::Cert => self.certificate(&value),
            Meaning::Key => self.fields.key = value,
            Meaning::Http1 => self.fields.http2 = false,
            Meaning::Http2 => self.fields.http2 = true,
            Meaning::Get => self.as_query = true,
            Meaning::GlobOff => self.glob_off = true,
            Meaning::MaxTime => self.max_time = Some(value),
            Meaning::Retry => self.retry = Some(value),
            Meaning::RetryDelay => self.retry_delay = Some(value),
            Meaning::NotCarried(reason) => self.notes.push(format!("{name}: not carried: {reason}")),
            _ => {}
        }
        Ok(())
    }

    /// `Name: value`, `Name;` (without a value), `Name:` (removes one that curl sends), or `@FILE` with one per line.
    fn header(&mut self, option: &str, text: &str) -> Result<(), CurlError> {
        if let Some(path) = text.strip_prefix('@') {
            let lines = Source::text(option, self.source.file(option, path)?)?;
            for line in lines.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('@')) {
                self.header(option, line)?;
            }
            return Ok(());
        }
        match (text.split_once(':'), text.strip_suffix(';')) {
            (Some((name, value)), _) if !value.trim().is_empty() => self
                .headers
                .push(DraftHeader { name: name.trim().to_owned(), value: value.trim().to_owned() }),
            (Some((name, _)), _) => {
                let name = name.trim();
                if ["accept", "user-agent"].iter().any(|sent| name.eq_ignore_ascii_case(sent)) {
                    self.notes.push(format!("{option} '{name}:': not carried: {name} is always sent"));
                }
            }
            (None, Some(name)) => {
                self.headers.push(DraftHeader { name: name.trim().to_owned(), value: String::new() });
            }
            (None, None) => self.notes.push(format!("{option} '{text}' is no header: curl ignores it too")),
        }
        Ok(())
    }

    fn user(&mut self, value: &str) {
        let (user, password) = value.split_once(':').unwrap_or_else(|| {
            self.notes.push("-u has no password, for which curl would ask: set it in the profile".to_owned());
            (value, "")
        });
        self.fields.user = Some((user.to_owned(), password.to_owned()));
    }

    /// `file` or `file:passphrase`; `\:` is a colon of the name.
    fn certificate(&mut self, value: &str) {
        let mut name = String::new();
        let mut rest = value.chars();
        while let Some(c) = rest.next() {
            match c {
                '\\' => name.push(rest.next().unwrap_or('\\')),
                ':' => {
                    self.notes
                        .push("the passphrase of --cert: not carried: use a key without one".to_owned());
                    break;
                }
                other => name.push(other),
            }
        }
        self.fields.certificate = name;
    }
}
