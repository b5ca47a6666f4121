//! `ringback senders`: the processes that send from a database.

use std::process::ExitCode;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::error::{CommandError, FAILED};
use super::output::{eprint_line, print, print_json};
use super::session::Session;
use super::table::table;
use crate::clock;
use crate::storage::SenderInfo;
use crate::storage::sender_info::host_name;
use crate::text::rfc3339;

#[derive(Debug, clap::Args)]
pub(super) struct SendersArgs {
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
    /// List those of this host only, and exit with 1 if there is none, or one that cannot send
    #[arg(long)]
    here: bool,
}

pub(super) async fn run(session: &Session, args: &SendersArgs) -> Result<ExitCode, CommandError> {
    let mut senders = match session.store_if_there()? {
        Some(store) => store.senders().await?,
        None => Vec::new(),
    };
    if args.here {
        let host = host_name();
        senders.retain(|sender| sender.host == host);
    }
    let now = clock::now();
    if args.json {
        print_json(&senders.iter().map(document).collect())?;
    } else if senders.is_empty() {
        let which = if args.here { "process of this host" } else { "process" };
        eprint_line(&format!(
            "no {which} sends from this database; start `ringback work` or the console (`ringback`)"
        ));
    } else {
        print(&listed(&senders, now))?;
    }
    let is_failed = args.here && !can_send(&senders, now);
    Ok(if is_failed { FAILED.into() } else { ExitCode::SUCCESS })
}

/// Whether there is a sender, and all of them can send, as far as is known.
fn can_send(senders: &[SenderInfo], now: Timestamp) -> bool {
    let can = |sender: &SenderInfo| sender.trouble.is_none() && sender.lease_left_s(now) != Some(0);
    !senders.is_empty() && senders.iter().all(can)
}

/// In place of what is not known.
const UNKNOWN: &str = "-";

fn listed(senders: &[SenderInfo], now: Timestamp) -> String {
    let or_unknown = |text: Option<String>| text.unwrap_or_else(|| UNKNOWN.to_owned());
    let rows: Vec<[String; 10]> = senders
        .iter()
        .map(|sender| {
            let lease = sender.lease_left_s(now).map(|left| match left {
                0 => "ran out".to_owned(),
                left => format!("{left} s"),
            });
            [
                sender.host.clone(),
                sender.pid.to_string(),
                or_unknown(sender.command.clone()),
                or_unknown(sender.version.clone()),
                or_unknown(sender.since.map(|at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())),
                or_unknown(lease),
                or_unknown(sender.in_flight.map(|n| n.to_string())),
                or_unknown(sender.rate.map(|rate| format!("{rate}/s"))),
                or_unknown(sender.api.clone()),
                sender.trouble.clone().unwrap_or_default(),
            ]
        })
        .collect();
    table(
        ["HOST", "PID", "COMMAND", "VERSION", "SINCE", "LEASE", "IN FLIGHT", "RATE", "API", "TROUBLE"],
        &rows,
    )
}

fn document(sender: &SenderInfo) -> Value {
    let SenderInfo { name, host, pid, command, version, since, lease_until, in_flight, rate, trouble, api } =
        sender;
    json!({
        "name": name,
        "host": host,
        "pid": pid,
        "command": command,
        "version": version,
        "since": since.map(rfc3339),
        "lease_until": lease_until.map(rfc3339),
        "in_flight": in_flight,
        "rate": rate,
        "trouble": trouble,
        "api": api,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender() -> SenderInfo {
        SenderInfo {
            name: "web-1/4242/7".to_owned(),
            host: "web-1".to_owned(),
            pid: 4242,
            command: Some("work".to_owned()),
            version: Some("1.2.3".to_owned()),
            since: Some(Timestamp::UNIX_EPOCH),
            lease_until: Some(Timestamp::from_second(70).unwrap()),
            in_flight: Some(16),
            rate: Some(1200),
            trouble: Some("cannot send for now: no route".to_owned()),
            api: Some("http://127.0.0.1:9979".to_owned()),
        }
    }

    #[test]
    fn a_lease_is_shown_as_what_is_left_of_it() {
        let now = Timestamp::from_second(60).unwrap();
        let lapsed = SenderInfo { lease_until: Some(now), trouble: None, ..sender() };
        let told = listed(&[sender(), lapsed, SenderInfo::of_this_host(1)], now);
        let lines: Vec<&str> = told.lines().collect();
        assert!(lines[0].starts_with("HOST"), "{told}");
        assert!(
            lines[1]
                .contains("10 s     16         1200/s  http://127.0.0.1:9979  cannot send for now: no route"),
            "{told}"
        );
        assert!(lines[2].contains("ran out") && lines[2].ends_with("9979"), "{told}");
        let unknown: Vec<&str> = lines[3].split_whitespace().skip(1).collect();
        assert_eq!(unknown, ["1", "-", "-", "-", "-", "-", "-", "-"], "{told}");
    }

    #[test]
    fn a_sender_with_trouble_or_without_a_lease_cannot_send() {
        let now = Timestamp::from_second(60).unwrap();
        let well = SenderInfo { trouble: None, ..sender() };
        let lapsed = SenderInfo { lease_until: Some(now), ..well.clone() };
        assert!(can_send(&[well.clone(), SenderInfo::of_this_host(1)], now));
        assert!(
            !can_send(&[], now)
                && !can_send(&[well.clone(), sender()], now)
                && !can_send(&[well, lapsed], now)
        );
    }

    #[test]
    fn what_is_not_known_is_null() {
        let known = document(&sender());
        assert_eq!(known["lease_until"], json!("1970-01-01T00:01:10.000Z"));
        let unknown = document(&SenderInfo::of_this_host(1));
        assert_eq!(
            (&unknown["pid"], &unknown["since"], &unknown["rate"]),
            (&json!(1), &Value::Null, &Value::Null)
        );
    }
}
