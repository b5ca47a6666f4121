//! Effects against a store on disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::console::model::awaited::Awaited;
use crate::console::model::deliveries::Deliveries;
use crate::console::model::effect::{AfterSave, Effect, Ticket};
use crate::console::model::message::Message;
use crate::console::tests::sample;
use crate::profile::{Profile, Region};
use crate::storage::{Store, UnsavedDraft};

use super::{Runner, system};

/// Runs effects until all are done: the results by ticket, and the store.
async fn results(store: &Store, effects: Vec<Effect>) -> BTreeMap<Ticket, Vec<Message>> {
    let (tx, mut messages) = mpsc::unbounded_channel();
    let (ask, requests) = mpsc::unbounded_channel();
    let mut awaited = Awaited::default();
    for effect in effects {
        ask.send(awaited.ask(effect)).unwrap();
    }
    drop(ask);
    let environment = system::environment(None, None, tx.clone());
    Runner::new(Arc::new(store.clone()), Region::In, environment, tx).run(requests).await;
    let mut out = BTreeMap::new();
    while let Some(message) = messages.recv().await {
        let Message::Result(ticket, messages) = message else { panic!("no result: {message:?}") };
        assert!(out.insert(ticket, messages).is_none(), "two results of one effect");
    }
    out
}

fn kept(profile: &Profile, title: &str) -> Effect {
    let mut draft = crate::profile::Draft::from(profile);
    title.clone_into(&mut draft.title);
    let profile_id = profile.id.clone();
    let edited_at = Timestamp::UNIX_EPOCH;
    Effect::KeepDraft(Box::new(UnsavedDraft { profile_id, is_new: true, draft, edited_at }))
}

#[tokio::test]
async fn each_effect_has_one_result_with_its_ticket_and_effects_on_a_profile_run_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("a.db")).unwrap();
    let profile = sample::profile(1, &sample::order_sms());
    let id = profile.id.clone();
    let save = || Effect::SaveProfile(Box::new(profile.clone()), None, AfterSave::default());
    let results = results(
        &store,
        vec![
            Effect::LoadDeliveries(Deliveries::default().query()),
            save(),
            // The profile exists already.
            save(),
            Effect::DeleteProfile(id.clone(), "Order SMS".to_owned()),
            Effect::RestoreLast,
            Effect::LoadDraft(id.clone()),
            Effect::LoadCounts,
        ],
    )
    .await;
    let kinds: Vec<&str> = results
        .values()
        .map(|messages| match messages.as_slice() {
            [] => "nothing",
            [Message::Deliveries(..)] => "deliveries",
            [Message::Saved(_)] => "saved",
            [Message::Conflict(_, Some(_))] => "conflict",
            [Message::Deleted(..)] => "deleted",
            [Message::Restored(Some(_))] => "restored",
            [Message::Counts(..)] => "counts",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["deliveries", "saved", "conflict", "deleted", "restored", "nothing", "counts"]);
    assert!(store.profile(&id).await.unwrap().is_some());
    store.close();
}

#[tokio::test]
async fn only_the_last_draft_is_written_and_a_save_waits_for_earlier_drafts() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("a.db")).unwrap();
    let profile = sample::profile(1, &sample::order_sms());
    let save = Effect::SaveProfile(Box::new(profile.clone()), None, AfterSave::default());
    let effects = vec![
        kept(&profile, "A"),
        kept(&profile, "AB"),
        save,
        Effect::DropDraft(profile.id.clone()),
        kept(&profile, "ABC"),
        kept(&profile, "ABCD"),
    ];
    let results = results(&store, effects).await;
    assert_eq!(results.len(), 4, "one draft before the save, and one after it: {results:?}");
    let draft = store.draft(&profile.id).await.unwrap().expect("kept at the end");
    assert_eq!(draft.draft.title, "ABCD");
    store.close();
}
