//! Process statistics of the system (proc(5)).

use std::fs::read_to_string;

/// Clock ticks per second: Linux uses this value for programs, whatever it uses itself.
const TICKS: f64 = 100.0;

/// Processor seconds of this process so far, user and system time of all threads. None if the system does not report
/// them.
pub fn processor_seconds() -> Option<f64> {
    seconds_in("self", [14, 15])
}

/// The same of another process.
pub fn processor_seconds_of(pid: u32) -> Option<f64> {
    seconds_in(&pid.to_string(), [14, 15])
}

/// Processor seconds of this process's children that have ended and were waited for. None if the system does not
/// report them.
pub fn children_seconds() -> Option<f64> {
    seconds_in("self", [16, 17])
}

/// The sum of two fields of `/proc/PROCESS/stat`, user and system time, in seconds.
fn seconds_in(process: &str, fields: [usize; 2]) -> Option<f64> {
    let stat = read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the command in parentheses, which may contain anything. The first one after it is field 3.
    let all: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let [user, system] = fields.map(|field| all[field - 3].parse::<f64>().ok());
    Some((user? + system?) / TICKS)
}

/// A line of a process's memory statistics, such as `VmHWM`, in MiB. None if the system does not report it.
pub fn memory_mib(pid: u32, line: &str) -> Option<f64> {
    let status = read_to_string(format!("/proc/{pid}/status")).ok()?;
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'))?;
    let kib: f64 = found.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}
