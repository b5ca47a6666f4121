//! The focusable items of the editor, step by step.

use crate::console::model::editor::rows::Rows;
use crate::profile::sizes::SIGNING_SECRETS;
use crate::profile::{
    Algorithm, AuthKind, Channel, Choice, DataFormat, Draft, Event, Field, Method, Rules, SentAs,
};

/// The two steps of the form, as on the platform's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Step {
    /// From title to retry.
    #[default]
    Basics,
    /// Data format, headers, authentication, encryption.
    Advanced,
}

/// A focusable item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A field for one line of text.
    Text(Field),
    /// How many Dynamic Variables are selected, with the button that shows them.
    Variables,
    /// The request body.
    Body,
    /// A choice from a short list.
    Choice(Field),
    /// An event of the channel: sent or not.
    Event(Event),
    /// A switch: encryption, random vectors, HTTP/2, order.
    Switch(Field),
    /// A variable of the profile: encrypted or not.
    Parameter(String),
    /// A button.
    Button(Button),
}

/// The buttons of the form, as on the platform's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for their labels")]
pub enum Button {
    Test,
    Next,
    Back,
    Save,
}

impl Button {
    /// Its label.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Test => "Test",
            Self::Next => "Next",
            Self::Back => "Back",
            Self::Save => "Save",
        }
    }
}

impl Item {
    /// The field whose error is shown beside this item.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::Text(field) | Self::Choice(field) | Self::Switch(field) => Some(*field),
            Self::Body => Some(Field::Body),
            Self::Event(_) => Some(Field::Events),
            Self::Parameter(_) => Some(Field::EncParameters),
            Self::Variables | Self::Button(_) => None,
        }
    }

    /// Whether keys type text here.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Body)
    }
}

/// The items of a step, in the order of the Tab key, for a draft that uses these variables.
#[must_use]
pub fn items(draft: &Draft, used: &[String], step: Step, is_new: bool) -> Vec<Item> {
    match step {
        Step::Basics => basics(draft, is_new),
        Step::Advanced => advanced(draft, used),
    }
}

fn basics(draft: &Draft, is_new: bool) -> Vec<Item> {
    let mut items = vec![Item::Text(Field::Title)];
    if is_new {
        items.push(Item::Choice(Field::Channel));
    }
    // A single event is selected implicitly; several are a choice.
    let events = draft.channel().map_or(&[][..], Channel::events);
    if events.len() > 1 {
        items.extend(events.iter().map(|e| Item::Event(*e)));
    }
    items.extend([Item::Choice(Field::Method), Item::Text(Field::Endpoint), Item::Variables]);
    if draft.method().is_none_or(Method::has_body) {
        items.push(Item::Body);
    }
    items.push(Item::Choice(Field::RetryCount));
    if draft.retry_count != "0" {
        items.extend([Item::Text(Field::RetryInterval), Item::Text(Field::RetryTimeout)]);
    }
    items.extend([Item::Button(Button::Test), Item::Button(Button::Next)]);
    items
}

fn advanced(draft: &Draft, used: &[String]) -> Vec<Item> {
    let mut items = vec![Item::Choice(Field::DataFormat)];
    items.extend(rows(Rows::Headers, draft));
    items.push(Item::Choice(Field::AuthKind));
    match AuthKind::from_name(&draft.auth_kind) {
        Some(AuthKind::Basic) => {
            items.extend([Item::Text(Field::AuthUser), Item::Text(Field::AuthPassword)]);
        }
        Some(AuthKind::ApiKey) => {
            items.extend([Item::Text(Field::AuthHeader), Item::Text(Field::AuthKey)]);
        }
        Some(AuthKind::OAuth2) => items.extend(oauth2(draft)),
        Some(AuthKind::None) | None => {}
    }
    items.push(Item::Switch(Field::Encryption));
    if draft.encryption {
        items.extend([Item::Choice(Field::EncAlgorithm), Item::Text(Field::EncKey)]);
        items.push(Item::Switch(Field::EncRandomIv));
        if !draft.enc_random_iv {
            items.push(Item::Text(Field::EncIv));
        }
        items.extend(parameters(draft, used).into_iter().map(Item::Parameter));
    }
    items.push(Item::Text(Field::SigningSecret));
    // One empty row more than there are, once there is a current one to rotate.
    if !draft.signing_secret.is_empty() || !draft.older_secrets.is_empty() {
        let rows = (draft.older_secrets.len() + 1).min(SIGNING_SECRETS - 1);
        items.extend((0..rows).map(|at| Item::Text(Field::OlderSecret(at))));
    }
    items.extend([Field::TlsCaFile, Field::TlsCertificate, Field::TlsKey].map(Item::Text));
    items.push(Item::Switch(Field::Http2));
    items.extend([Field::ExpiresAfter, Field::MaxInFlight, Field::RateLimit].map(Item::Text));
    items.extend([Field::Ordered, Field::AutoEnable].map(Item::Switch));
    items.extend([Item::Button(Button::Back), Item::Button(Button::Test), Item::Button(Button::Save)]);
    items
}

fn oauth2(draft: &Draft) -> Vec<Item> {
    let mut items = vec![
        Item::Text(Field::AuthTokenUrl),
        Item::Text(Field::AuthClientId),
        Item::Text(Field::AuthClientSecret),
        Item::Choice(Field::AuthSentAs),
        Item::Text(Field::AuthScope),
    ];
    items.extend(rows(Rows::TokenFields, draft));
    items.extend(rows(Rows::TokenHeaders, draft));
    items
}

/// One empty row more than there are: typing into it adds a row.
fn rows(rows: Rows, draft: &Draft) -> impl Iterator<Item = Item> {
    (0..=rows.of(draft).len()).flat_map(move |at| [Item::Text(rows.name(at)), Item::Text(rows.value(at))])
}

/// The variables that can be encrypted: those that the profile uses, and those already selected.
fn parameters(draft: &Draft, used: &[String]) -> Vec<String> {
    let mut names = used.to_vec();
    names.extend(draft.enc_parameters.iter().filter(|name| !used.contains(name)).cloned());
    names
}

fn labelled<C: Choice>(label: fn(C) -> &'static str) -> Vec<(String, String)> {
    C::ALL.iter().map(|c| (c.name().to_owned(), label(*c).to_owned())).collect()
}

/// The options of a choice: the text in the draft, and the label.
#[must_use]
pub fn options(field: Field, draft: &Draft, rules: &Rules) -> Vec<(String, String)> {
    let named = |name: &str| (name.to_owned(), name.to_owned());
    match field {
        Field::Channel => Channel::ALL.iter().map(|c| named(c.name())).collect(),
        Field::Method => Method::ALL.iter().map(|m| named(m.name())).collect(),
        Field::RetryCount => {
            let most = rules.most_retries(draft.channel().unwrap_or_default());
            (0..=most).map(|n| named(&n.to_string())).collect()
        }
        Field::DataFormat => {
            let none = (String::new(), "auto".to_owned());
            let formats = DataFormat::ALL.iter().map(|f| (f.name().to_owned(), f.label().to_owned()));
            std::iter::once(none).chain(formats).collect()
        }
        Field::AuthKind => labelled(AuthKind::label),
        Field::AuthSentAs => labelled(SentAs::label),
        Field::EncAlgorithm => Algorithm::ALL.iter().map(|a| named(a.name())).collect(),
        _ => Vec::new(),
    }
}

/// The placeholder of an empty field.
#[must_use]
pub fn placeholder(field: Field) -> &'static str {
    match field {
        Field::Title => "letters, digits, spaces, - and _",
        Field::Endpoint => "https://…",
        Field::Body => "{\"id\": \"<id>\"} or id=<id>",
        Field::SigningSecret => "whsec_… (optional)",
        Field::OlderSecret(_) => "whsec_… (while one is replaced)",
        Field::TlsCaFile => "/… (optional, with the system's)",
        Field::TlsCertificate => "/… (optional)",
        Field::TlsKey => "/… (if not in the certificate)",
        Field::ExpiresAfter => "never (such as 3600)",
        Field::MaxInFlight => "no limit (1 to 16)",
        Field::RateLimit => "no limit (such as 20 or 0.5)",
        Field::AuthHeader => "such as api-key",
        Field::AuthTokenUrl => "https://…/oauth/token",
        Field::AuthScope => "space-separated (optional)",
        _ => "",
    }
}
