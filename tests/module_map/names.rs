//! A name has one meaning.

use crate::sources::Sources;

/// A search for a public type's name finds one type.
#[test]
fn no_two_public_types_have_one_name() {
    let types = Sources::read().public_types();
    assert!(types.len() > 200, "only {} types were found", types.len());
    let twice = types.iter().filter(|(_, files)| files.len() > 1);
    let twice: Vec<String> = twice
        .map(|(name, files)| {
            let files: Vec<String> = files.iter().map(|file| file.join("::")).collect();
            format!("{name} in {}", files.join(" and "))
        })
        .collect();
    assert!(twice.is_empty(), "{twice:#?}");
}
