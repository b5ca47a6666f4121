use std::sync::Arc;

use super::network::CLOSED;
use super::*;

fn parse(text: &str) -> Loaded {
    Settings::parse(text, Path::new("config.toml"))
}

fn binding(action: &str, keys: &[&str], line: usize) -> Binding {
    let keys = keys.iter().map(ToString::to_string).collect();
    Binding { action: action.to_owned(), keys, place: SettingsPlace::on_line("config.toml", line) }
}

#[test]
fn invalid_keys_are_reported_with_their_line() {
    let loaded = parse("[keys]\nquit = 5\nhelp = \"f1\"\ntest = [\"x\", 1]\n");
    assert_eq!(
        loaded.sentences().collect::<Vec<_>>(),
        [
            "config.toml:2: quit: must be a string such as quit = \"ctrl+s f2\", or a list of strings",
            "config.toml:4: test: must be a string such as test = \"ctrl+s f2\", or a list of strings",
        ]
    );
    assert_eq!(loaded.settings.keys, [binding("help", &["f1"], 3)]);
    assert_eq!(
        parse("keys = 1").sentences().collect::<Vec<_>>(),
        ["config.toml:1: keys must be a table: [keys]"]
    );
}

#[test]
fn everything_can_be_set() {
    let text = "region = \"EU\"\nallow_insecure_http = true\nextended_retries = true\ntheme = \"mono\"\n\
                borders = \"ascii\"\ntime = \"local\"\nmouse = true\nauto_disable_after = 5\n\
                failing_after = 6\nfailing_rate = 50\nfailing_minutes = 5\nfailing_min_events = 10\n\
                on_alert = \"mail -s x me\"\nalert_profile = \"Alerts\"\n\
                keep_days = 7\nkeep_deliveries = 0\n[keys]\neditor-save = \"ctrl+w f2\"\nquit = [\"f12\"]\n";
    let loaded = parse(text);
    assert_eq!(loaded.notices, []);
    let settings = Settings {
        region: Region::Eu,
        allow_insecure_http: true,
        extended_retries: true,
        theme: ThemeName::Mono,
        mouse: true,
        borders: Some(Borders::Ascii),
        time: Zone::Local,
        keep_days: 7,
        keep_deliveries: 0,
        auto_disable_after: 5,
        failing_after: 6,
        failing_rate: 50,
        failing_minutes: 5,
        failing_min_events: 10,
        on_alert: Some("mail -s x me".to_owned()),
        alert_profile: Some("Alerts".to_owned()),
        keys: vec![binding("editor-save", &["ctrl+w", "f2"], 18), binding("quit", &["f12"], 19)],
        ..Settings::default()
    };
    assert_eq!(loaded.settings, settings);
    let network = Some(Arc::default());
    assert_eq!(
        settings.rules(),
        Rules { allow_insecure_http: true, extended_retries: true, network, any_size: false }
    );
    assert_eq!(parse(""), Loaded::default());
}

#[test]
fn a_failure_rate_has_limits() {
    let loaded =
        parse("failing_rate = 101\nfailing_minutes = 0\nfailing_min_events = 0\nfailing_after = -1\n");
    assert_eq!(
        loaded.sentences().collect::<Vec<_>>(),
        [
            "config.toml:1: failing_rate must be a whole number from 0 to 100",
            "config.toml:2: failing_minutes must be a whole number from 1 to 60",
            "config.toml:3: failing_min_events must be a whole number from 1 to 4294967295",
            "config.toml:4: failing_after must be a whole number, 0 or more",
        ]
    );
    assert_eq!(loaded.settings, Settings::default());
    let loaded = parse("on_alert = \" \"\nalert_profile = 7\n");
    assert_eq!(
        loaded.sentences().collect::<Vec<_>>(),
        [
            "config.toml:1: on_alert must not be empty: remove it instead",
            "config.toml:2: alert_profile must be a string",
        ]
    );
}

#[test]
fn errors_are_reported_with_their_line_and_the_rest_is_used() {
    let loaded = parse(
        "# mine\nregion = \"XX\"\n\ncolour = 1\nextended_retries = \"yes\"\nthem = 1\ntheme = 'mono'\n",
    );
    let known = "known settings: region, allow_insecure_http, extended_retries, network, network_allow, \
                 network_deny, theme, borders, time, mouse, keep_days, keep_deliveries, auto_disable_after, \
                 failing_after, failing_rate, failing_minutes, failing_min_events, on_alert, alert_profile, api, \
                 remote, keys";
    assert_eq!(
        loaded.sentences().collect::<Vec<_>>(),
        [
            "config.toml:2: region must be one of \"IN\", \"SG\", \"EU\", \"US\", \"NA\"",
            &format!("config.toml:4: unknown setting `colour`; {known} · {CLOSED}"),
            "config.toml:5: extended_retries must be true or false",
            &format!("config.toml:6: unknown setting `them` (did you mean `theme`?) · {CLOSED}"),
        ]
    );
    let mut rest = Settings { theme: ThemeName::Mono, ..Settings::default() };
    rest.addresses.close(&SettingsPlace::on_line("config.toml", 4));
    assert_eq!(loaded.settings, rest);
}

#[test]
fn a_setting_in_the_wrong_table_is_reported_with_its_place() {
    let loaded = parse(
        "[api]\nauto_disable_after = 3\n[keys]\non_alert = \"true\"\nprofiles-new = \"o\"\n[alerts]\non_alert = \"true\"\n",
    );
    assert_eq!(
        loaded.sentences().collect::<Vec<_>>(),
        [
            "config.toml:2: `auto_disable_after` is in [api]: move it above the first table",
            "config.toml:4: `on_alert` is in [keys]: move it above the first table",
            &format!(
                "config.toml:6: unknown table [alerts]: `on_alert` is in [alerts]: move it above the first table · {CLOSED}"
            ),
        ]
    );
    assert_eq!(loaded.settings.keys.len(), 1, "the other binding is used");
}

/// Forbids everything, and keeps everything, that it may.
fn is_closed(loaded: &Loaded) -> bool {
    let Settings { addresses, keep_days, keep_deliveries, .. } = &loaded.settings;
    addresses.for_sending().is_err() && (*keep_days, *keep_deliveries) == (0, 0)
}

#[test]
fn invalid_toml_closes_the_network_and_keeps_the_log() {
    let loaded = parse("theme = \"mono\"\nregion = \n");
    assert_eq!(loaded.settings.theme, ThemeName::default());
    assert!(is_closed(&loaded), "{loaded:?}");
    assert_eq!(loaded.notices.len(), 1);
    assert!(loaded.notices[0].to_string().starts_with("config.toml:2: "), "{:?}", loaded.notices);
    assert!(loaded.notices[0].to_string().contains("nothing is sent"), "{:?}", loaded.notices);
}

#[test]
fn invalid_retention_keeps_the_log() {
    for text in ["keep_days = \"all\"\n", "keep_day = 400\n", "keep_deliveries = -1\n"] {
        let loaded = parse(text);
        assert_eq!((loaded.settings.keep_days, loaded.settings.keep_deliveries), (0, 0), "{text}");
        assert!(loaded.notices[0].to_string().contains("the log keeps everything"), "{:?}", loaded.notices);
        assert!(loaded.settings.addresses.for_sending().is_ok(), "{text}");
    }
    let loaded = parse("keep_days = \"all\"\nkeep_deliveries = 7\n");
    assert_eq!((loaded.settings.keep_days, loaded.settings.keep_deliveries), (0, 0), "in any order");
}

#[test]
fn an_unreadable_file_closes_the_network_and_keeps_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    assert_eq!(Settings::load(&file, false).notices, []);
    assert!(!is_closed(&Settings::load(&file, false)));
    assert!(!is_closed(&Settings::load(Path::new("/dev/null/.config/ringback/config.toml"), false)));
    let closed = |file: &Path, named: bool, why: &str| {
        let loaded = Settings::load(file, named);
        assert!(is_closed(&loaded), "{loaded:?}");
        let wanted = format!("{}: {why}", file.display());
        assert!(loaded.notices[0].to_string().starts_with(&wanted), "{:?}", loaded.notices);
    };
    closed(&file, true, "there is no such file");
    closed(folder.path(), false, "is a folder");
    closed(Path::new("/dev/zero"), true, "is not a regular file");
    std::os::unix::fs::symlink(folder.path().join("gone"), &file).unwrap();
    closed(&file, false, "there is no such file");
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, b"mouse = true\n# caf\xe9\nnetwork = \"public\"\n").unwrap();
    closed(&file, false, "line 2 is not UTF-8");
    std::fs::write(&file, vec![b'#'; usize::try_from(MAX_FILE_BYTES).unwrap() + 1]).unwrap();
    closed(&file, false, "has more than 1048576 bytes");
    std::fs::remove_file(&file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    closed(&file, false, "is not a regular file");
}

#[test]
fn only_an_existing_folder_proves_that_there_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let usual = folder.path().join("ringback").join("config.toml");
    assert!(!is_closed(&Settings::load(&usual, false)), "nothing was written");
    // As if a disk is not mounted.
    std::os::unix::fs::symlink(folder.path().join("unmounted"), folder.path().join("ringback")).unwrap();
    assert!(is_closed(&Settings::load(&usual, false)));
    std::fs::remove_file(folder.path().join("ringback")).unwrap();
    std::fs::write(folder.path().join("ringback"), "").unwrap();
    assert!(is_closed(&Settings::load(&usual, false)), "a file in place of the folder");
}

#[test]
fn a_byte_order_mark_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, "\u{feff}mouse = true").unwrap();
    let loaded = Settings::load(&file, true);
    assert!(loaded.settings.mouse && loaded.notices.is_empty(), "{:?}", loaded.notices);
}

#[test]
fn the_manual_shows_every_setting_with_its_default() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/settings.md");
    let page = std::fs::read_to_string(file).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    for name in names::NAMES {
        let line = match name {
            "api" | "keys" | "remote" => format!("[{name}]"),
            // They have no default.
            "on_alert" | "alert_profile" => format!("# {name} = "),
            _ => format!("{name} = "),
        };
        assert!(example.lines().any(|shown| shown.starts_with(&line)), "no {name} in the manual's example");
    }
    let Loaded { settings, notices, .. } = parse(example);
    assert_eq!(notices, []);
    assert_eq!(Settings { borders: None, keys: Vec::new(), ..settings }, Settings::default());
}
