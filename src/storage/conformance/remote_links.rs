//! Links to the profiles of an account.

use super::*;
use crate::storage::RemoteLink;

fn link(account: &str, n: u128, remote: Option<u128>) -> RemoteLink {
    RemoteLink {
        account: account.to_owned(),
        profile_id: profile_id(n),
        remote_id: remote.map(profile_id),
        creation: remote.is_none().then(|| format!("creation {n}")),
        seen: "{}".to_owned(),
    }
}

pub async fn a_link_is_kept_for_each_account_and_profile(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let (a, b) = ("https://a.example/v1/X/callback/profiles", "https://b.example/v1/X/callback/profiles");
    for kept in [link(a, 2, None), link(a, 1, Some(1)), link(b, 1, Some(7))] {
        store.keep_remote_link(kept).await.unwrap();
    }
    assert_eq!(store.remote_links(a).await.unwrap(), [link(a, 1, Some(1)), link(a, 2, None)]);
    let created = RemoteLink { seen: r#"{"title":["1","2"]}"#.to_owned(), ..link(a, 2, Some(9)) };
    store.keep_remote_link(created.clone()).await.unwrap();
    assert_eq!(store.remote_links(a).await.unwrap(), [link(a, 1, Some(1)), created.clone()]);
    assert!(store.drop_remote_link(a, &profile_id(1)).await.unwrap());
    assert!(!store.drop_remote_link(a, &profile_id(1)).await.unwrap());
    assert_eq!(store.remote_links(a).await.unwrap(), [created]);
    assert_eq!(store.remote_links(b).await.unwrap(), [link(b, 1, Some(7))]);
    assert_eq!(store.remote_accounts().await.unwrap(), [a, b]);
}

pub async fn a_link_outlives_its_profile(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let one = profile(1, "Order SMS");
    store.save_profiles(vec![one.clone()]).await.unwrap();
    store.keep_remote_link(link("a", 1, Some(1))).await.unwrap();
    assert!(store.delete_profile(&one.id).await.unwrap());
    assert_eq!(store.remote_links("a").await.unwrap(), [link("a", 1, Some(1))]);
}
