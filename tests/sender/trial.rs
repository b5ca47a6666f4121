//! `ringback test` whose sender has other deliveries to send.

use std::time::Duration;

use crate::support::cli::{On, Place, Running};
use crate::support::profiles::retried;
use ringback::callback::Values;
use ringback::receiver::{Behaviour, Receiver};
use ringback::record::{DeliveryState, NewDelivery};
use ringback::storage::Store;

#[tokio::test(flavor = "multi_thread")]
async fn the_result_is_reported_at_once_and_others_are_not_aborted() {
    let place = Place::new();
    let store = Store::open(place.db()).unwrap();
    let listen = ([127, 0, 0, 1], 0).into();
    let slow = Behaviour { delay: Duration::from_secs(3), ..Behaviour::default() };
    let slow = Receiver::start(listen, slow).await.unwrap();
    let quick = Receiver::start(listen, Behaviour::default()).await.unwrap();

    let other = NewDelivery::test(
        retried(&format!("http://{}/", slow.addr()), 1, 3600, 20_000),
        None,
        Values::samples(None, &[]),
    );
    let id = other.id;
    store.enqueue(vec![other]).await.unwrap();
    let tested = retried(&format!("http://{}/", quick.addr()), 0, 1, 5_000);
    let name = tested.id.to_string();
    store.save_profiles(vec![tested]).await.unwrap();

    let state = async || store.delivery(id).await.unwrap().unwrap().summary.state;
    let mut test = Running::start(place.command(&["test", &name]));
    tokio::task::block_in_place(|| test.line(On::Out, "Callback profile tested · delivered"));
    assert_eq!(state().await, DeliveryState::Queued, "the result does not wait for the other");
    tokio::task::block_in_place(|| test.line(On::Err, "waiting up to 5 s for 1 other request in flight"));
    assert_eq!(tokio::task::block_in_place(|| test.code()), Some(0));
    assert_eq!(state().await, DeliveryState::Delivered, "the other was let to its end");
}
