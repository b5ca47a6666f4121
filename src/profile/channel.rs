//! Channels and their events.

use super::choice::Choice;
use super::retry::Backoff;

/// The kind of messages that a profile's callbacks report on. Cannot change after creation (public page).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Channel {
    /// No channel selected; preselected (seed).
    #[default]
    Default,
    /// Voice calls.
    Voice,
    /// Text messages.
    Sms,
    /// Mail.
    Email,
    /// `WhatsApp` messages.
    Whatsapp,
}

impl Choice for Channel {
    const ALL: &'static [Self] = &[Self::Default, Self::Voice, Self::Sms, Self::Email, Self::Whatsapp];

    fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Voice => "voice",
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Whatsapp => "whatsapp",
        }
    }
}

impl Channel {
    /// The label in the channel list, as in the seed.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Default => "(Default) Default - No channel selected",
            Self::Voice => "Voice - callback dynamic variables and types from Voice",
            Self::Sms => "SMS - callback dynamic variables and types from SMS",
            Self::Email => "email - Email Gateway APIs",
            Self::Whatsapp => "whatsApp - WhatsApp Callbacks",
        }
    }

    /// The events of this channel; none with Default.
    #[must_use]
    pub fn events(self) -> &'static [Event] {
        match self {
            Self::Default => &[],
            Self::Voice => &[Event::Voice],
            Self::Sms => &[Event::SmsSend],
            Self::Email => &[Event::EmailSend],
            Self::Whatsapp => &[
                Event::MessageStatus,
                Event::IncomingMessage,
                Event::PaymentStatus,
                Event::MessageTemplateStatusUpdate,
                Event::PhoneNumberQualityUpdate,
            ],
        }
    }

    /// The maximum number of retries that the platform's support team can grant (seed; Default is our decision).
    #[must_use]
    pub fn most_retries(self) -> u8 {
        match self {
            Self::Sms => 3,
            Self::Default | Self::Voice | Self::Email | Self::Whatsapp => 4,
        }
    }

    /// The initial interval between retries, in seconds (seed).
    #[must_use]
    pub fn usual_interval_s(self) -> u32 {
        match self {
            Self::Sms => 10,
            Self::Default | Self::Voice | Self::Email | Self::Whatsapp => 60,
        }
    }

    /// How waits grow: constant, or doubling with Default (seed).
    #[must_use]
    pub fn backoff(self) -> Backoff {
        match self {
            Self::Default => Backoff::Exponential,
            Self::Voice | Self::Sms | Self::Email | Self::Whatsapp => Backoff::Fixed,
        }
    }
}

/// An event in the life of a message, reported by a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A voice call's progress.
    Voice,
    /// A text message's status.
    SmsSend,
    /// A mail's status.
    EmailSend,
    /// The status of an outgoing `WhatsApp` message.
    MessageStatus,
    /// An incoming `WhatsApp` message.
    IncomingMessage,
    /// A `WhatsApp` payment's status.
    PaymentStatus,
    /// A `WhatsApp` template was approved, rejected, paused, …
    MessageTemplateStatusUpdate,
    /// The rating or the limit of a `WhatsApp` number changed.
    PhoneNumberQualityUpdate,
}

impl Choice for Event {
    const ALL: &'static [Self] = &[
        Self::Voice,
        Self::SmsSend,
        Self::EmailSend,
        Self::MessageStatus,
        Self::IncomingMessage,
        Self::PaymentStatus,
        Self::MessageTemplateStatusUpdate,
        Self::PhoneNumberQualityUpdate,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Voice => "Voice",
            Self::SmsSend => "sms-send",
            Self::EmailSend => "email-send",
            Self::MessageStatus => "message_status",
            Self::IncomingMessage => "incoming_message",
            Self::PaymentStatus => "payment_status",
            Self::MessageTemplateStatusUpdate => "message_template_status_update",
            Self::PhoneNumberQualityUpdate => "phone_number_quality_update",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_belongs_to_one_channel() {
        for event in Event::ALL {
            let owners = Channel::ALL.iter().filter(|c| c.events().contains(event)).count();
            assert_eq!(owners, 1, "{}", event.name());
        }
    }
}
