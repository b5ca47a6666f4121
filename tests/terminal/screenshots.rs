//! Pictures of the real program, made by one command:
//!
//! ```text
//! RINGBACK_SCREENSHOTS=1 cargo test --test terminal screenshots
//! ```
//!
//! Without the variable the first scene is still played, into a temporary folder: what the manual shows is what the
//! program draws, or this test fails.

use std::path::{Path, PathBuf};

use crate::support::picture::{decode, draw};
use crate::support::recording::animate;
use crate::support::scene::{Scene, Step};

/// The demo's console, wide.
const WIDE: Scene = Scene {
    name: "console",
    title: "ringback demo",
    size: (120, 36),
    args: &["demo"],
    env: &[],
    script: &[
        Step::For("Order SMS"),
        Step::For("sender ● running"),
        Step::Press("t"),
        Step::For("[ Send ]"),
        Step::Press("enter"),
        Step::For("Callback profile tested · delivered"),
        Step::Press("j t"),
        Step::For("[ Send ]"),
        Step::Press("enter"),
        Step::For("500 · retry 1 of 2 in"),
    ],
};

/// The pictures, one per scene.
const PICTURES: &[Scene] = &[
    WIDE,
    Scene {
        name: "narrow",
        size: (80, 24),
        script: &[
            Step::For("Order SMS"),
            Step::For("sender ● running"),
            Step::Press("t"),
            Step::For("[ Send ]"),
            Step::Press("enter"),
            Step::For("Callback profile tested · delivered"),
            Step::Press("4"),
            Step::For("● delivered"),
        ],
        ..WIDE
    },
    Scene {
        name: "editor-basics",
        script: &[
            Step::For("Order SMS"),
            Step::For("sender ● running"),
            Step::Press("enter"),
            Step::For("cannot be changed"),
            Step::Type("!"),
            Step::Press("tab"),
            Step::For("is not allowed"),
        ],
        ..WIDE
    },
    Scene {
        name: "editor-advanced",
        script: &[
            Step::For("One-time"),
            Step::For("sender ● running"),
            Step::Press("down down down down enter"),
            Step::For("cannot be changed"),
            Step::Press("f4 tab tab tab tab tab tab tab tab backspace backspace"),
            Step::For("must be 16 characters"),
        ],
        ..WIDE
    },
    Scene {
        name: "variables",
        script: &[
            Step::For("Bookings"),
            Step::For("sender ● running"),
            Step::Press("down enter"),
            Step::For("cannot be changed"),
            Step::Press("f3 down space down space down space"),
            Step::For("[x]"),
        ],
        ..WIDE
    },
    Scene {
        name: "details",
        script: &[
            Step::For("Order SMS"),
            Step::For("sender ● running"),
            Step::Press("t"),
            Step::For("[ Send ]"),
            Step::Press("enter"),
            Step::For("Callback profile tested · delivered"),
            Step::Press("4 enter"),
            Step::For("Request (credentials are not kept)"),
        ],
        ..WIDE
    },
    Scene {
        name: "test",
        size: (80, 24),
        script: &[
            Step::For("Order SMS"),
            Step::For("sender ● running"),
            Step::Press("t"),
            Step::For("[ Send ]"),
            Step::Press("right right tab tab"),
            Step::For("FAILED"),
        ],
        ..WIDE
    },
    Scene {
        name: "preview",
        script: &[
            Step::For("One-time"),
            Step::For("sender ● running"),
            Step::Press("down down down down t"),
            Step::For("[ Send ]"),
            Step::Press("tab f7"),
            Step::For("encrypted, AES-256-CFB"),
        ],
        ..WIDE
    },
    Scene {
        name: "receiver",
        script: &[
            Step::For("Order SMS"),
            Step::For("sender ● running"),
            Step::Press("t"),
            Step::For("[ Send ]"),
            Step::Press("enter"),
            Step::For("Callback profile tested · delivered"),
            Step::Press("R down down down down down"),
            Step::For("Received (2)"),
        ],
        ..WIDE
    },
    Scene {
        name: "help",
        script: &[
            Step::For("Order SMS"),
            Step::For("sender ● running"),
            Step::Press("?"),
            Step::For("Everywhere"),
        ],
        ..WIDE
    },
    Scene {
        name: "palette",
        script: &[
            Step::For("Order SMS"),
            Step::For("sender ● running"),
            Step::Press(":"),
            Step::For("a few letters"),
            Step::Type("retry"),
            Step::For("Retry now"),
        ],
        ..WIDE
    },
    Scene { name: "mono", env: &[("NO_COLOR", "1")], ..WIDE },
];

/// The scenes that are recorded.
const RECORDINGS: &[Scene] = &[Scene {
    name: "main-job",
    size: (100, 30),
    script: &[
        Step::For("Order SMS"),
        Step::For("sender ● running"),
        Step::Show(1200),
        Step::Press("t"),
        Step::For("[ Send ]"),
        Step::Show(1500),
        Step::Press("enter 4"),
        Step::Watch(2600),
        Step::For("Callback profile tested · delivered"),
        Step::Show(2500),
    ],
    ..WIDE
}];

#[test]
fn pictures_of_the_program() {
    let program = Path::new(env!("CARGO_BIN_EXE_ringback"));
    let temporary = tempfile::tempdir().unwrap();
    let asked = std::env::var_os("RINGBACK_SCREENSHOTS").is_some_and(|value| value == "1");
    let (folder, pictures, recordings) = if asked {
        (Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots"), PICTURES, RECORDINGS)
    } else {
        (temporary.path().to_owned(), &PICTURES[..1], &[][..])
    };
    std::fs::create_dir_all(&folder).unwrap();
    for scene in pictures {
        write(&folder, scene, &draw(&scene.play(program), scene.title));
    }
    for scene in recordings {
        let file = write(&folder, scene, &animate(&scene.record(program), scene.title));
        let bytes = std::fs::metadata(&file).unwrap().len();
        assert!(bytes < 1_500_000, "{} has {bytes} bytes, too many for the manual", file.display());
    }
}

/// Writes the picture and checks it: it can be decoded, and is not blank.
fn write(folder: &Path, scene: &Scene, png: &[u8]) -> PathBuf {
    let file = folder.join(scene.name).with_extension("png");
    std::fs::write(&file, png).unwrap();
    let picture = decode(&std::fs::read(&file).unwrap());
    let (colours, drawn) = (picture.colours(), picture.drawn());
    assert!(colours > 40, "{} has only {colours} colours", file.display());
    assert!(drawn > 0.05, "{} is blank but for {:.1} %", file.display(), drawn * 100.0);
    file
}
