//! `ringback demo`: the console with sample data, on a throwaway database.

mod samples;
mod story;
mod throwaway;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use super::error::CommandError;
use super::receive::error::ReceiveError;
use super::session::Session;
use super::{console, terminal};
use crate::profile::Region;
use crate::receiver::{Behaviour, Receiver};
use crate::settings::{Addresses, Settings};
use crate::storage::{Opened, Store};

use samples::samples;
use throwaway::Throwaway;

/// The database and receiver of the demo. The folder is removed last, after the database is closed.
struct Stage {
    store: Opened,
    receiver: Receiver,
    #[allow(dead_code, reason = "held for as long as the database is used")]
    folder: Throwaway,
}

pub(super) async fn run(session: &Session) -> Result<ExitCode, CommandError> {
    // Its endpoint is on this machine, which the settings may not allow.
    let settings = Settings { addresses: Addresses::default(), ..session.settings().clone() };
    let stage = Stage::set(settings.region).await?;
    if terminal::is_there() {
        // The folder is kept until the console has ended.
        let Stage { store, receiver, folder: _folder } = stage;
        return Box::pin(console::demo(store, settings, receiver)).await;
    }
    story::run(stage).await
}

impl Stage {
    /// A fresh database with the samples, and a receiver for them that fails the first attempt of each delivery.
    async fn set(region: Region) -> Result<Self, CommandError> {
        let made = Throwaway::make();
        let folder =
            made.map_err(|error| CommandError::System("no temporary folder can be made".to_owned(), error))?;
        let store = Store::open(folder.path().join("demo.db"))?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let receiver = Receiver::start(listen, Behaviour { fail_first: 1, ..Behaviour::default() })
            .await
            .map_err(ReceiveError::from)?;
        let store = Opened::from(store);
        store.save_profiles(samples(receiver.addr(), region)).await?;
        Ok(Self { store, receiver, folder })
    }
}
