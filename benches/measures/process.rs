//! What the system tells of a process (proc(5)).

use std::fs::read_to_string;

/// Ticks of processor time in a second: Linux counts so for programs, whatever it counts itself.
const TICKS: f64 = 100.0;

/// Processor seconds of this process so far, its threads and the system's work for it. None where the
/// system does not tell.
pub fn processor_seconds() -> Option<f64> {
    let stat = read_to_string("/proc/self/stat").ok()?;
    // The second field is the command in parentheses, whatever characters it has. User and system
    // time are fields 14 and 15; the first after the parentheses is field 3.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = |field: usize| fields[field - 3].parse::<f64>().ok();
    Some((ticks(14)? + ticks(15)?) / TICKS)
}

/// A line of what the system tells of a process's memory, such as `VmHWM`, in MiB. None where it does
/// not tell.
pub fn memory_mib(pid: u32, line: &str) -> Option<f64> {
    let status = read_to_string(format!("/proc/{pid}/status")).ok()?;
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'))?;
    let kib: f64 = found.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}
