//! The allocator of the program. It is linked in place of `malloc`, so nothing but the program shows which one it is.

use crate::support::cli::Place;

#[test]
fn the_program_allocates_with_mimalloc() {
    let place = Place::new();
    let said = place.command(&["--version"]).env("MIMALLOC_VERBOSE", "1").output().unwrap();
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(said.starts_with("mimalloc: "), "{said}");
}
