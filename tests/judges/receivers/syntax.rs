//! Each part of a receiver, in combinations with others, is valid: parsed or compiled by the language.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::courier::{checked, draft, header};
use crate::support::needs::program;
use ringback::profile::{Choice as _, Draft, Profile};
use ringback::snippet::{DEFAULT_LISTEN, Language, receiver};

use super::language::gson;

/// Method, data format and body: each format, with encrypted values and without.
const BODIES: [(&str, &str, &str); 8] = [
    ("POST", "", r#"{"id": "<id>", "it's \"ö\"": "<status>"}"#),
    ("POST", "", r#"["<id>"]"#),
    ("POST", "", "id=<id>&status=<status>"),
    ("POST", "form-data", "id=<id>&status=<status>"),
    ("PUT", "", "<order><id><id></id></order>"),
    ("POST", "", "<id>"),
    ("POST", "", "Dear <id>"),
    ("GET", "", ""),
];

type Change = fn(&mut Draft);

/// Each way of authentication, signing and encryption.
const WAYS: [Change; 5] = [
    |_| {},
    |draft| {
        basic(draft);
        signed(draft);
        encrypted(draft, "AES-256-GCM", false);
    },
    |draft| {
        key(draft);
        encrypted(draft, "AES-192-CFB", true);
    },
    |draft| {
        signed(draft);
        encrypted(draft, "AES-128-GCM", true);
    },
    |draft| {
        basic(draft);
        encrypted(draft, "AES-256-CFB", false);
    },
];

fn basic(draft: &mut Draft) {
    draft.auth_kind = "basic".into();
    (draft.auth_user, draft.auth_password) = ("shop".into(), "pw".into());
}

fn key(draft: &mut Draft) {
    draft.headers = vec![header("X-Shop's-Token", "t0k")];
}

fn signed(draft: &mut Draft) {
    draft.signing_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into();
}

fn encrypted(draft: &mut Draft, algorithm: &str, random_iv: bool) {
    let key = "K1abcdefghijkl2Pmnopqrstuvwxyz01";
    let bytes = algorithm[4..7].parse::<usize>().unwrap() / 8;
    draft.encryption = true;
    (draft.enc_algorithm, draft.enc_key) = (algorithm.into(), key[..bytes].into());
    draft.enc_random_iv = random_iv;
    if !random_iv {
        draft.enc_iv = "POabcdefghijklLY".into();
    }
}

fn profiles() -> Vec<Profile> {
    let made = BODIES.iter().flat_map(|(method, format, body)| {
        WAYS.iter().map(move |way| {
            checked(&draft("https://x.example/cb?id=<id>", |draft| {
                (draft.method, draft.data_format, draft.body) =
                    ((*method).into(), (*format).into(), (*body).into());
                way(draft);
            }))
        })
    });
    made.collect()
}

/// The receivers of all profiles in a language, each in a file of this folder that `name` names by its number.
fn printed(folder: &Path, language: Language, name: &dyn Fn(usize) -> String) -> Vec<PathBuf> {
    let write = |(at, profile): (usize, &Profile)| {
        let path = folder.join(name(at));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let code = receiver(profile, language, DEFAULT_LISTEN);
        // Classes of one folder need different names.
        let code = code.replace("class Receiver", &format!("class Receiver{at}"));
        std::fs::write(&path, code).unwrap();
        path
    };
    profiles().iter().enumerate().map(write).collect()
}

#[track_caller]
fn succeeds(mut command: Command) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&text));
}

#[test]
fn each_receiver_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for language in Language::ALL.iter().copied() {
        let end = Path::new(language.file_name()).extension().unwrap().to_str().unwrap();
        let in_one = |program: &Path, args: &[&str]| {
            let mut command = Command::new(program);
            command.args(args).args(printed(folder, language, &|at| format!("{at}.{end}")));
            succeeds(command);
        };
        match language {
            Language::Python => {
                if let Some(python) = program("python3") {
                    in_one(
                        &python,
                        &["-c", "import ast, sys; [ast.parse(open(f).read(), f) for f in sys.argv[1:]]"],
                    );
                }
            }
            Language::Ruby => {
                if let Some(ruby) = program("ruby") {
                    let compile = "ARGV.each { |file| RubyVM::InstructionSequence.compile_file(file) }";
                    in_one(&ruby, &["-e", compile]);
                }
            }
            Language::Node | Language::Php => {
                let (name, option) =
                    if language == Language::Php { ("php", "-l") } else { ("node", "--check") };
                let Some(program) = program(name) else { continue };
                for file in printed(folder, language, &|at| format!("{at}.{end}")) {
                    let mut command = Command::new(&program);
                    command.arg(option).arg(file);
                    succeeds(command);
                }
            }
            Language::Go => {
                let Some(go) = program("go") else { continue };
                let module = folder.join("go");
                printed(&module, language, &|at| format!("r{at}/main.go"));
                std::fs::write(module.join("go.mod"), "module receivers\n\ngo 1.19\n").unwrap();
                let mut command = Command::new(go);
                command.args(["build", "./..."]).current_dir(&module);
                succeeds(command);
            }
            Language::Java => {
                let (Some(javac), Some(gson)) = (program("javac"), gson()) else { continue };
                let mut command = Command::new(javac);
                command.args(["-proc:none", "-d"]).arg(folder.join("classes")).arg("-cp").arg(gson);
                command.args(printed(folder, language, &|at| format!("Receiver{at}.java")));
                succeeds(command);
            }
            // Those of `rust.rs` are compiled.
            Language::Rust => {}
        }
    }
}
