//! Dials several addresses: the first one that responds is used, with a head start for earlier ones (RFC 8305).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;

use super::connection_limit::{ConnectionLimit, Room};
use super::local_trouble::LocalTrouble;

/// How long an address has before the next one is dialled too (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// No connection to any address: the most informative failure, of equal ones the last, and its address.
#[derive(Debug)]
pub struct NotDialled {
    pub address: SocketAddr,
    pub error: io::Error,
}

impl NotDialled {
    /// How informative it is. A shortage here may be the cause of other failures; a response of the host means more
    /// than a missing route.
    fn weight(&self) -> u8 {
        match self.error.kind() {
            _ if LocalTrouble::of(&self.error).is_some() => 2,
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable => 0,
            _ => 1,
        }
    }
}

/// A connection, and its slot.
#[derive(Debug)]
pub struct Dialled {
    pub stream: TcpStream,
    pub address: SocketAddr,
    pub room: Room,
}

/// Connects. `dialling` is called with each address before it is dialled.
pub async fn dial(
    addresses: &[IpAddr],
    port: u16,
    connections: &ConnectionLimit,
    mut dialling: impl FnMut(SocketAddr),
) -> Result<Dialled, NotDialled> {
    let mut waiting = in_turn(addresses).into_iter().map(|ip| SocketAddr::new(ip, port)).peekable();
    let mut trying = FuturesUnordered::new();
    let mut failed = None;
    loop {
        if waiting.peek().is_some() {
            // The first address is dialled however long that takes. Additional ones must not use the slots of other
            // requests.
            let room =
                if trying.is_empty() { Some(connections.room().await) } else { connections.spare_room() };
            if let Some((room, address)) = room.and_then(|room| Some((room, waiting.next()?))) {
                dialling(address);
                trying.push(connect(address, room));
            }
        }
        let is_last = waiting.len() == 0;
        tokio::select! {
            tried = trying.next() => match tried {
                Some(Ok(connected)) => return Ok(connected),
                Some(Err(why)) => {
                    connections.note_failure(&why.error);
                    if failed.as_ref().is_none_or(|before: &NotDialled| before.weight() <= why.weight()) {
                        failed = Some(why);
                    }
                }
                None => {
                    let none = || NotDialled {
                        address: SocketAddr::new([0, 0, 0, 0].into(), port),
                        error: io::ErrorKind::AddrNotAvailable.into(),
                    };
                    return Err(failed.unwrap_or_else(none));
                }
            },
            () = tokio::time::sleep(HEAD_START), if !is_last => {}
        }
    }
}

async fn connect(address: SocketAddr, room: Room) -> Result<Dialled, NotDialled> {
    let connected = TcpStream::connect(address).await.and_then(|stream| {
        // A request is written in one piece: waiting for more only delays it.
        stream.set_nodelay(true)?;
        Ok(Dialled { stream, address, room })
    });
    connected.map_err(|error| NotDialled { address, error })
}

/// Alternates between the families, starting with that of the first address: if one of them is unreachable, the other
/// does not wait long.
fn in_turn(addresses: &[IpAddr]) -> Vec<IpAddr> {
    let first_is_v6 = addresses.first().is_some_and(IpAddr::is_ipv6);
    let (mut one, mut other): (Vec<IpAddr>, Vec<IpAddr>) =
        addresses.iter().partition(|ip| ip.is_ipv6() == first_is_v6);
    one.reverse();
    other.reverse();
    let mut turns = Vec::with_capacity(addresses.len());
    while let Some(ip) = one.pop() {
        turns.push(ip);
        turns.extend(other.pop());
    }
    other.reverse();
    turns.extend(other);
    turns
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn families_take_turns() {
        let mixed = ips(&["::1", "::2", "::3", "10.0.0.1"]);
        assert_eq!(in_turn(&mixed), ips(&["::1", "10.0.0.1", "::2", "::3"]));
        let mixed = ips(&["10.0.0.1", "::1", "::2", "::3"]);
        assert_eq!(in_turn(&mixed), ips(&["10.0.0.1", "::1", "::2", "::3"]));
        assert_eq!(in_turn(&[]), ips(&[]));
    }

    #[tokio::test]
    async fn the_next_address_is_tried_when_one_refuses() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tried = Mutex::new(Vec::new());
        let note = |address: SocketAddr| tried.lock().unwrap().push(address.ip());
        let all = ips(&["127.0.0.2", "127.0.0.3", "127.0.0.1"]);
        let connections = ConnectionLimit::default();
        let dialled = dial(&all, port, &connections, note).await.unwrap();
        assert_eq!(dialled.address, listener.local_addr().unwrap());
        assert_eq!(*tried.lock().unwrap(), ips(&["127.0.0.2", "127.0.0.3", "127.0.0.1"]));
        drop(listener);
        let failed = dial(&ips(&["127.0.0.2", "127.0.0.1"]), port, &connections, |_| ()).await.unwrap_err();
        assert_eq!(failed.error.kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(failed.address.ip(), ips(&["127.0.0.1"])[0]);
    }
}
