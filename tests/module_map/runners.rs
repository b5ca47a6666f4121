//! Every test file runs.

use std::path::PathBuf;

use crate::sources::{names_in, root};

/// Cargo builds a test binary from its `main.rs`: a file that no `mod` names would never run.
#[test]
fn every_test_file_belongs_to_a_runner() {
    let tests = root().join("tests");
    let loose: Vec<String> = names_in(&tests).into_iter().filter(|name| tests.join(name).is_file()).collect();
    assert!(loose.is_empty(), "{loose:?}: a new file belongs in a runner's folder");
    let mut looked_at = 0;
    let mut folders: Vec<PathBuf> = names_in(&tests).iter().map(|name| tests.join(name)).collect();
    folders.retain(|path| path.is_dir());
    while let Some(folder) = folders.pop() {
        for name in names_in(&folder) {
            let path = folder.join(&name);
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Some(module) = name.strip_suffix(".rs").filter(|stem| !["main", "mod"].contains(stem)) else {
                continue;
            };
            looked_at += 1;
            let parents = [folder.join("main.rs"), folder.join("mod.rs"), folder.with_extension("rs")];
            let declared =
                parents.iter().filter_map(|parent| std::fs::read_to_string(parent).ok()).any(|text| {
                    text.lines().any(|line| line.trim_start_matches("pub ") == format!("mod {module};"))
                });
            assert!(declared, "no `mod {module};` beside {}", path.display());
        }
    }
    assert!(looked_at > 90, "only {looked_at} files were looked at");
}
