//! The fields of the editor in the palette: go to a field by its label, or by a synonym.

use crate::console::model::editor::Editor;
use crate::console::model::offer::{Offer, OfferTarget};
use crate::console::model::state::State;
use crate::profile::Field;

/// Fields, and synonyms by which each is found.
const FIELDS: &[(Field, &str)] = &[
    (Field::Title, "name callback profile title"),
    (Field::Channel, "voice sms email whatsapp default"),
    (Field::Events, "event sms-send email-send message_status incoming_message"),
    (Field::Method, "http method get post put delete verb"),
    (Field::Endpoint, "enter endpoint url address uri query parameters"),
    (Field::Body, "request body payload content template json form"),
    (Field::RetryCount, "retries attempts number of retries"),
    (Field::RetryInterval, "time interval in secs seconds delay wait backoff"),
    (Field::RetryTimeout, "timeout in milli-secs milliseconds ms limit"),
    (Field::DataFormat, "form data url encoded json content type"),
    (Field::HeaderName(0), "header headers key value http header content type"),
    (Field::AuthKind, "authentication basic api key bearer token oauth advanced login"),
    (Field::AuthUser, "basic authentication user name login"),
    (Field::AuthPassword, "basic authentication secret"),
    (Field::AuthHeader, "api key authentication"),
    (Field::AuthKey, "api key authentication secret token"),
    (Field::AuthTokenUrl, "oauth advanced authentication url"),
    (Field::AuthClientId, "oauth advanced authentication"),
    (Field::AuthClientSecret, "oauth advanced authentication"),
    (Field::AuthSentAs, "oauth advanced authentication client credentials"),
    (Field::AuthScope, "oauth advanced authentication"),
    (Field::Encryption, "encryption encrypt aes cipher callback encryption"),
    (Field::EncAlgorithm, "encryption aes gcm cfb cipher"),
    (Field::EncKey, "encryption aes secret"),
    (Field::EncIv, "encryption iv nonce init"),
    (Field::EncRandomIv, "encryption random iv nonce"),
    (Field::EncParameters, "encryption encrypted variables values"),
    (Field::SigningSecret, "webhook signature hmac sign"),
    (Field::TlsCaFile, "certificate authority tls root trust"),
    (Field::TlsCertificate, "client certificate mutual tls mtls"),
    (Field::TlsKey, "client private key mutual tls mtls"),
    (Field::Http2, "http/2 h2 protocol version"),
    (Field::Ordered, "sequence fifo serial"),
    (Field::AutoEnable, "probe half-open recover circuit breaker"),
    (Field::MaxInFlight, "maximum concurrency concurrent parallel requests attempts limit"),
    (Field::RateLimit, "rate limit throttle requests per second rps speed"),
    (Field::ExpiresAfter, "expiry expire ttl time to live maximum age stale"),
];

/// A line for each field of the editor.
pub fn offers(state: &State) -> impl Iterator<Item = Offer> {
    let line = |(field, words): &(Field, &'static str)| Offer {
        target: OfferTarget::Field(*field),
        text: format!("Go to field {}", label(*field)),
        place: "Editor",
        keys: String::new(),
        // A search for an order is rarely about this one: titles have that word.
        name: if *field == Field::Ordered { String::new() } else { field.to_string() },
        words,
        why: why_not(state, *field).map(|why| state.settings.keys.spell(why)),
    };
    FIELDS.iter().map(line)
}

/// The label, with its section if two fields have the same label.
fn label(field: Field) -> String {
    match field {
        Field::HeaderName(_) => "Headers".to_owned(),
        Field::AuthHeader | Field::AuthKey => format!("API key: {}", field.label()),
        Field::EncKey => format!("Encryption: {}", field.label()),
        _ => field.label().to_owned(),
    }
}

/// Why a field cannot be focused now; `None` if it can.
fn why_not(state: &State, field: Field) -> Option<&'static str> {
    if state.overlay.is_some() {
        return Some("a window is open: Esc closes it first");
    }
    let Some(editor) = &state.editor else {
        return Some("nothing is being edited: {profiles-edit} on a profile opens it");
    };
    editor.place_of(&[field]).is_none().then(|| missing(editor, field))
}

/// Why a field is not in the form.
fn missing(editor: &Editor, field: Field) -> &'static str {
    match field {
        Field::Channel => "it cannot be changed once the profile is saved",
        Field::Events => "this channel has no events to select from",
        Field::Body => "this method has no body: its values go into the endpoint's query",
        Field::RetryInterval | Field::RetryTimeout => "only with retries",
        Field::EncIv if editor.draft().encryption => "each value has a random vector",
        Field::EncParameters if editor.draft().encryption => "the profile uses no variables",
        Field::EncAlgorithm | Field::EncKey | Field::EncRandomIv | Field::EncIv | Field::EncParameters => {
            "only with encryption"
        }
        Field::AuthUser | Field::AuthPassword => "only with Basic authentication",
        Field::AuthHeader | Field::AuthKey => "only with an API key",
        Field::AuthTokenUrl
        | Field::AuthClientId
        | Field::AuthClientSecret
        | Field::AuthSentAs
        | Field::AuthScope => "only with Advanced authentication",
        _ => "it is not in this form",
    }
}
