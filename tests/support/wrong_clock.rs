//! Programs whose clock is wrong, by a library that is loaded before the system's own.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use jiff::Timestamp;

/// The variables that start a program with its clock at this many seconds since 1970; it advances from there, and the
/// clock of the next program is just as wrong.
pub fn clock_at(seconds: i64) -> [(&'static str, String); 2] {
    let by = seconds - Timestamp::now().as_second();
    [("LD_PRELOAD", library().to_str().unwrap().to_owned()), ("WRONG_CLOCK_BY", by.to_string())]
}

/// Built once per test process, by the C compiler that also builds `SQLite`.
fn library() -> &'static PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let library = folder.join("wrong_clock.so");
        let made = tempfile::Builder::new().suffix(".so").tempfile_in(&folder).unwrap();
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/wrong_clock.c");
        let output = Command::new(compiler)
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([made.path().as_os_str(), source.as_ref()])
            .output()
            .expect("a C compiler, which building SQLite needs too");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        made.persist(&library).unwrap();
        library
    })
}
