//! Keys of the API.

use super::*;
use crate::storage::conformance::samples::api_key;
use crate::storage::{KeyCreated, KeyScope, KeyText, PassedOver, SecretHash};

pub async fn a_key_is_found_by_its_id_with_what_proves_it(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let text = KeyText::generate();
    let (mut key, _) = api_key("shop");
    key.id = text.id.clone();
    let mut other = api_key("board").0;
    (other.scope, other.profiles, other.expires_at) = (KeyScope::Manage, Vec::new(), None);
    let created = store.create_key(key.clone(), text.secret.hash()).await.unwrap();
    assert_eq!(created, KeyCreated::Created);
    store.create_key(other.clone(), api_key("").1).await.unwrap();

    let (found, hash) = store.find_key(&text.id).await.unwrap().unwrap();
    assert_eq!(found, key);
    assert!(SecretHash::is_of(Some(&hash), &text.secret));
    assert!(!SecretHash::is_of(Some(&hash), &KeyText::generate().secret));
    assert_eq!(store.api_keys().await.unwrap(), (vec![key, other], PassedOver::default()));
    assert!(store.find_key(&KeyText::generate().id).await.unwrap().is_none());
}

pub async fn a_name_is_free_again_once_its_key_is_revoked(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let create = async |name: &str| {
        let (key, hash) = api_key(name);
        (key.id.clone(), store.create_key(key, hash).await.unwrap())
    };
    let (first, _) = create("shop").await;
    assert_eq!(create("shop").await.1, KeyCreated::NameInUse);
    assert_eq!(create("Shop").await.1, KeyCreated::Created);
    assert!(store.revoke_key(&first, at(5)).await.unwrap());
    assert!(!store.revoke_key(&first, at(9)).await.unwrap());
    assert_eq!(create("shop").await.1, KeyCreated::Created);
    assert_eq!(create("shop").await.1, KeyCreated::NameInUse);
    let revoked: Vec<_> =
        store.api_keys().await.unwrap().0.into_iter().map(|key| (key.name, key.revoked_at)).collect();
    let name = |name: &str, revoked_at| (name.to_owned(), revoked_at);
    assert_eq!(revoked, [name("shop", Some(at(5))), name("Shop", None), name("shop", None)]);
    assert!(!store.revoke_key(&KeyText::generate().id, at(5)).await.unwrap());
}

pub async fn the_last_use_of_a_key_is_kept(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let (key, hash) = api_key("shop");
    store.create_key(key.clone(), hash).await.unwrap();
    for (used, last) in [(at(60), at(60)), (at(120), at(120)), (at(90), at(120))] {
        store.note_key_use(&key.id, used).await.unwrap();
        let (found, _) = store.find_key(&key.id).await.unwrap().unwrap();
        assert_eq!(found.last_used_at, Some(last));
    }
}
