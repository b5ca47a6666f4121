//! Process information from Linux: children, processor time, wake-ups, memory.

use std::fs;
use std::time::{Duration, Instant};

/// The running child processes of a process.
pub fn children(pid: u32) -> Vec<u32> {
    let file = format!("/proc/{pid}/task/{pid}/children");
    let text = fs::read_to_string(file).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// The process with this name among the children and grandchildren of a process.
pub fn descendant(pid: u32, name: &str) -> Option<u32> {
    children(pid).into_iter().find_map(|child| {
        let found = fs::read_to_string(format!("/proc/{child}/comm")).is_ok_and(|comm| comm.trim() == name);
        if found { Some(child) } else { descendant(child, name) }
    })
}

/// Waits for a process of this name below another.
#[track_caller]
pub fn wait_descendant(pid: u32, name: &str) -> u32 {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(found) = descendant(pid, name) {
            return found;
        }
        assert!(Instant::now() < deadline, "no process named {name} below {pid}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The state of a process as a letter: `R`, `S`, `T` for stopped, `Z` for ended; none if it is gone.
pub fn state(pid: u32) -> Option<char> {
    stat(pid)?.first()?.chars().next()
}

/// The processor time of a process in seconds, while it is there.
pub fn cpu_seconds(pid: u32) -> Option<f64> {
    let stat = stat(pid)?;
    let ticks: f64 = stat.get(11)?.parse::<f64>().ok()? + stat.get(12)?.parse::<f64>().ok()?;
    // Linux has a hundred ticks per second wherever this is read.
    Some(ticks / 100.0)
}

/// The fields of `stat` after the name.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let rest = text.rsplit_once(") ")?.1;
    Some(rest.split(' ').map(str::to_owned).collect())
}

/// How often each thread went to sleep so far, which is as often as it was woken: id, name, count.
pub fn sleeps(pid: u32) -> Vec<(String, String, u64)> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let thread = |path: std::path::PathBuf| {
        let status = fs::read_to_string(path.join("status")).ok()?;
        let count = field(&status, "voluntary_ctxt_switches:")?;
        let id = path.file_name()?.to_string_lossy().into_owned();
        Some((id, fs::read_to_string(path.join("comm")).ok()?.trim().to_owned(), count))
    };
    threads.flatten().filter_map(|entry| thread(entry.path())).collect()
}

/// The threads that were woken between two samples, and how often.
pub fn woken(before: &[(String, String, u64)], after: &[(String, String, u64)]) -> Vec<String> {
    let count = |id: &str| before.iter().find(|(of, ..)| of == id).map_or(0, |(.., count)| *count);
    let changed = after.iter().filter(|(id, _, now)| *now > count(id));
    changed.map(|(id, name, now)| format!("{name} {} times", now - count(id))).collect()
}

/// Resident memory in bytes.
pub fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some(field(&status, "VmRSS:")? * 1024)
}

/// The peak resident memory of a process, in bytes.
pub fn most_resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some(field(&status, "VmHWM:")? * 1024)
}

fn field(status: &str, name: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}
