//! The check of a draft's TLS settings. The files are read when the profile is saved, not here.

use super::Check;
use crate::profile::field::Field;
use crate::profile::tls::{ClientIdentity, Tls, check_path};

impl Check<'_> {
    pub(super) fn tls(&mut self) -> Tls {
        let draft = self.draft;
        let ca_file = self.take(Field::TlsCaFile, check_path(&draft.ca_file)).flatten();
        let certificate = self.take(Field::TlsCertificate, check_path(&draft.client_certificate)).flatten();
        let key = self.take(Field::TlsKey, check_path(&draft.client_key)).flatten();
        if draft.client_certificate.trim().is_empty() && key.is_some() {
            self.error(Field::TlsCertificate, "enter the certificate that goes with the key");
        }
        Tls { ca_file, identity: certificate.map(|certificate| ClientIdentity { certificate, key }) }
    }
}

#[cfg(test)]
mod tests {
    use crate::profile::{Channel, Draft, Field, Identity, Profile, ProfileId, Region, Rules};
    use jiff::Timestamp;

    fn checked(ca: &str, certificate: &str, key: &str) -> Result<Profile, Vec<Field>> {
        let mut draft = Draft::new(Channel::Sms);
        draft.title = "Order SMS".into();
        draft.endpoint = "https://hooks.example/cb".into();
        (draft.ca_file, draft.client_certificate, draft.client_key) =
            (ca.into(), certificate.into(), key.into());
        draft.http2 = true;
        let id = ProfileId::new(Region::In, uuid::Uuid::nil());
        let identity = Identity { id, created_at: Timestamp::UNIX_EPOCH, modified_at: Timestamp::UNIX_EPOCH };
        draft.check(Rules::default(), identity).map_err(|errors| errors.iter().map(|e| e.field).collect())
    }

    #[test]
    fn paths_are_absolute_and_a_key_requires_its_certificate() {
        let profile = checked(" /etc/ca.pem ", "/etc/me.pem", "").unwrap();
        assert_eq!(profile.tls.ca_file.as_deref(), Some("/etc/ca.pem"));
        assert!(profile.tls.identity.as_ref().unwrap().key.is_none() && profile.http2);
        let again = Draft::from(&profile);
        assert_eq!((again.client_certificate.as_str(), again.http2), ("/etc/me.pem", true));
        assert!(checked("", "", "").unwrap().tls.is_usual());
        assert_eq!(checked("", "", "/etc/key.pem").unwrap_err(), [Field::TlsCertificate]);
        assert_eq!(
            checked("ca.pem", "~/me.pem", "/a\nb").unwrap_err(),
            [Field::TlsCaFile, Field::TlsCertificate, Field::TlsKey]
        );
    }
}
