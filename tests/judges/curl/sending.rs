//! The same profile and values: sent by the program's own HTTP client, and shown by the preview.

use std::sync::{Arc, LazyLock};

use ringback::callback::{Context, Moment, Origins, Preview, Values, preview, render};
use ringback::delivery::Transport;
use ringback::profile::Profile;
use ringback::record::{DeliveryId, Job, JobRef, LaneId};

use super::listener::{Listener, Wire};

pub static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
});
static TRANSPORT: LazyLock<Transport> = LazyLock::new(|| Transport::new(Arc::default()));

fn no_random(_: &mut [u8]) {
    panic!("these profiles draw nothing");
}

/// The sent request and its preview: with the same ID, at the same second.
pub fn sent_and_shown(profile: &Profile, values: &Values, listener: &Listener) -> (Wire, Preview) {
    let id = DeliveryId::generate();
    let text = id.to_string();
    let callback =
        render(profile, values, &mut Context { delivery_id: &text, random: &mut no_random }).unwrap();
    let job = Job {
        subject: Arc::default(),
        reference: JobRef::new(id, 1),
        lane: LaneId::new(1),
        origin: profile.endpoint.origin().into(),
        callback: callback.into(),
        values: values.clone(),
        policy: profile.retry,
        accepted_at: jiff::Timestamp::now(),
        attempts: 0,
        probes: 0,
        is_probe: false,
        manual: false,
        last_outcome: None,
        profile: Some(Arc::new(profile.clone())),
    };
    let tried = RUNTIME.block_on(TRANSPORT.attempt(&job));
    assert_eq!(tried.unwrap().attempt.error, None);
    let wire = listener.next();
    let unix_seconds = wire.header("webhook-timestamp").unwrap().parse().unwrap();
    let mut moment = Moment { delivery_id: &text, unix_seconds, random: &mut no_random };
    let shown = preview(profile, values, &Origins::new(), &mut moment).unwrap();
    (wire, shown)
}
