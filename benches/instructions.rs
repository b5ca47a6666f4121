//! Instructions per delivery, counted by callgrind: of `work`, of `send --from`, of accepting alone, and of a request
//! of the bare loop. Unlike times they are the same on a busy machine, to about one percent: the figures to judge a
//! change by. Time in the kernel is not included.
//!
//! `cargo bench --bench instructions` prints them and writes them to `target/figures/instructions.json`. It takes
//! about five minutes and needs `valgrind`.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]
#![allow(clippy::cast_precision_loss, reason = "a few million")]

mod bare;
mod delivering;
mod endpoint;
mod figures;
mod program;

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use endpoint::Endpoint;
use figures::{Figure, keep};
use program::{Output, PROGRAM, Site};

/// The deliveries of the two runs: the cost of starting and ending is in both.
const FEW: usize = 2_000;
const MANY: usize = 10_000;
/// The concurrency of the bare loop, equal to the sender's for one endpoint.
const CONCURRENCY: usize = 16;

fn main() {
    endpoint::serve_if_asked();
    bare::loop_if_asked();
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("valgrind is not installed: nothing is counted");
        return;
    }
    let endpoint = Endpoint::start(2, 0);
    let url = &endpoint.taking()[1..];
    let accepted = |count| {
        let site = Site::new(url);
        site.run(&["send", "--from", site.events(count).to_str().unwrap(), "--no-wait"], Output::File);
        site
    };
    let work = each(|count| of_command(&accepted(count), &["work", "--until-idle"]));
    let send = each(|count| of_send(url, count, &[]));
    let accept = each(|count| of_send(url, count, &["--no-wait"]));
    let bare = each(|count| {
        let program = std::env::current_exe().unwrap();
        instructions(&Command::new("true"), program.as_os_str(), &bare::arguments(CONCURRENCY, count, url))
    });
    keep(
        "instructions",
        &[
            Figure::new("work, instructions a delivery", work, None),
            Figure::new("send --from, instructions a delivery", send, None),
            Figure::new("send --from --no-wait, instructions a delivery", accept, None),
            Figure::new("bare loop of reqwest, instructions a request", bare, None),
        ],
    );
}

/// The cost of a single one.
fn each(count: impl Fn(usize) -> f64) -> f64 {
    (count(MANY) - count(FEW)) / (MANY - FEW) as f64
}

fn of_send(url: &[String], count: usize, more: &[&str]) -> f64 {
    let site = Site::new(url);
    let events = site.events(count);
    of_command(&site, &[&["send", "--from", events.to_str().unwrap()], more].concat())
}

/// The instructions of a command.
fn of_command(site: &Site, args: &[&str]) -> f64 {
    let command = site.command(args);
    let args: Vec<String> = command.get_args().map(|arg| arg.to_str().unwrap().to_owned()).collect();
    instructions(&command, OsStr::new(PROGRAM), &args)
}

/// The instructions of a program, in the environment of a command.
fn instructions(like: &Command, program: &OsStr, args: &[String]) -> f64 {
    let mut command = Command::new("valgrind");
    for (name, value) in like.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    // Its threads run in turn, so that none spins while another is not scheduled.
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--fair-sched=yes"])
        .arg(program)
        .args(args);
    let ran = command.stdin(Stdio::null()).output().unwrap();
    let report = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{report}");
    let counted = report.lines().find_map(|line| line.split("Collected :").nth(1));
    counted.unwrap().trim().parse().unwrap()
}
