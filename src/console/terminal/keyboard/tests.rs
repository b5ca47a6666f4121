use proptest::collection::vec;
use proptest::prelude::*;

use crate::console::model::mouse::{MouseAction, Pointer};
use crate::keymap::Key;

use super::decoder::{Decoder, Input};

fn key(name: &str) -> Input {
    Input::Key(Key::parse(name).unwrap_or_else(|| panic!("no key is named {name}")))
}

fn keys(names: &str) -> Vec<Input> {
    names.split_whitespace().map(key).collect()
}

/// The input decoded from these pieces, without a timeout after them.
fn decoded<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Input> {
    let (mut decoder, mut out) = (Decoder::default(), Vec::new());
    for piece in pieces {
        decoder.feed(piece, &mut out);
    }
    wait(&mut decoder, &mut out);
    out
}

/// Nothing more arrives for as long as the decoder waits.
fn wait(decoder: &mut Decoder, out: &mut Vec<Input>) {
    while decoder.patience().is_some() {
        decoder.expire(out);
    }
}

fn read(bytes: impl AsRef<[u8]>) -> Vec<Input> {
    decoded([bytes.as_ref()])
}

/// Reports and responses of terminals, requested or not.
const REPORTS: &[&str] = &[
    "\x1b[?997;1n",
    "\x1b[?997;2n",
    "\x1b[?2026;2$y",
    "\x1b[4;1$y",
    "\x1b[?1;2R",
    "\x1b[?12;40;1R",
    "\x1b[24;80R",
    "\x1b[1;2R",
    "\x1b[0n",
    "\x1b[?62;22c",
    "\x1b[>41;354;0c",
    "\x1b[=1c",
    "\x1b[?1u",
    "\x1b[>4;2m",
    "\x1b[8;24;80t",
    "\x1b[I",
    "\x1b[O",
    "\x1b[48;24;80;600;800t",
    "\x1b[201~",
    "\x1b[9999999999999~",
    "\x1b]52;c;cURkeXF1aXQ=\x07",
    "\x1b]52;c;cURkeXF1aXQ=\x1b\\",
    "\x1b]10;rgb:d5d5/d9d9/e0e0\x1b\\",
    "\x1b]11;rgb:1414/1616/1b1b\x07",
    "\x1b]4;1;rgb:cccc/0000/0000\x1b\\",
    "\x1b]l a title\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1bP1+r524742=38\x1b\\",
    "\x1bP>|kitty(0.40)\x1b\\",
    "\x1bP!|00000000\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b^a private message\x1b\\",
    "\x1bXa string\x1b\\",
    "\u{9d}11;rgb:1414/1616/1b1b\x1b\\",
    "\u{9b}?997;1n",
];

#[test]
fn reports_and_responses_do_nothing_and_the_key_after_them_works() {
    for report in REPORTS {
        assert_eq!(read(report), [], "{report:?}");
        assert_eq!(read(format!("{report}q")), keys("q"), "{report:?}");
        assert_eq!(read(format!("{report}\x03")), keys("ctrl+c"), "{report:?}");
    }
    assert_eq!(read(b"\x9b?997;1nq"), keys("q"), "in the form of eight bits");
}

/// Two bytes are a person's, who pressed Esc and then a letter: see the next test.
#[test]
fn a_truncated_report_does_nothing() {
    for report in REPORTS.iter().filter(|report| report.starts_with('\x1b')) {
        for end in 3..report.len() {
            assert_eq!(read(&report[..end]), [], "{:?}", &report[..end]);
            assert_eq!(read(format!("{}\x03", &report[..end])), keys("ctrl+c"), "{:?}", &report[..end]);
            assert_eq!(read(format!("{}\x1b[A", &report[..end])), keys("up"), "{:?}", &report[..end]);
        }
    }
}

#[test]
fn esc_and_a_key_in_one_read_are_two_keys() {
    for c in (' '..='~').chain("äß日".chars()) {
        assert_eq!(read(format!("\x1b{c}")), [key("esc"), key(&c.to_string())], "{c}");
    }
    assert_eq!(read("\x1b\r"), keys("esc enter"));
    assert_eq!(read("\x1b\x1b"), keys("esc esc"));
    assert_eq!(read("\x1b\x1b[A"), keys("esc up"));
    assert_eq!(read("\x1b\x7f"), keys("alt+backspace"), "as a Mac sends it");
}

#[test]
fn keys_in_every_encoding() {
    for (bytes, names) in [
        ("q Q1", "q space Q 1"),
        ("\r\t\x7f\x08", "enter tab backspace ctrl+h"),
        ("\x01\x1a\x00\x1f\n", "ctrl+a ctrl+z ctrl+space ctrl+7 enter"),
        ("\x1b[A\x1bOA\x1b[1;1A", "up up up"),
        ("\x1b[1;5D\x1b[1;2C\x1b[1;3B\x1b[1;6F", "ctrl+left shift+right alt+down ctrl+shift+end"),
        ("\x1b[H\x1bOF\x1b[1~\x1b[4~\x1b[7~\x1b[8~", "home end home end home end"),
        ("\x1b[3~\x1b[5~\x1b[6~\x1b[3;5~", "delete pgup pgdn ctrl+delete"),
        ("\x1bOP\x1bOQ\x1bOR\x1bOS\x1b[15~", "f1 f2 f3 f4 f5"),
        ("\x1b[17~\x1b[18~\x1b[21~\x1b[23~\x1b[24~", "f6 f7 f10 f11 f12"),
        ("\x1b[11~\x1b[13~\x1b[[A\x1b[[E\x1b[P", "f1 f3 f1 f5 f1"),
        ("\x1b[Z\x1bOM\x1bOp\x1bOk", "shift+tab enter 0 +"),
        // kitty
        ("\x1b[27u\x1b[97;5u\x1b[97;2u\x1b[49:33;2u", "esc ctrl+a A !"),
        ("\x1b[9;2u\x1b[13u\x1b[127;5u\x1b[57399u", "shift+tab enter ctrl+backspace 0"),
        ("\x1b[97;1:1u\x1b[97;1:3u\x1b[97;9u\x1b[97;65u", "a a"),
        ("\x1b[113;5;113u\x1b[57441;2u\x1b[1;1:3A", "ctrl+q"),
        // modifyOtherKeys
        ("\x1b[27;5;105~\x1b[27;2;65~\x1b[27;5;9~", "ctrl+i A ctrl+tab"),
    ] {
        assert_eq!(read(bytes), keys(names), "{bytes:?}");
    }
}

#[test]
fn pasted_text_is_never_interpreted() {
    let paste = |text: &str| Input::Paste(text.to_owned());
    let text = "q\nD\x03y\x1b[A\x1b]11;x\x07 ü日\x1b";
    assert_eq!(read(format!("\x1b[200~{text}\x1b[201~q")), [paste(text), key("q")]);
    assert_eq!(read(b"\x1b[200~a\xffb\x1b[201~"), [paste("a\u{fffd}b")]);
}

#[test]
fn a_paste_that_never_ends_is_delivered_after_a_while() {
    let cut = |text: &str| Input::CutPaste(text.to_owned());
    assert_eq!(read("\x1b[200~some text"), [cut("some text")]);
    assert_eq!(read("\x1b[200~some text\x1b[20"), [cut("some text")]);
    // A pause of a slow line does not end it; but Ctrl+C after the pause is from a person.
    let (mut decoder, mut out) = (Decoder::default(), Vec::new());
    decoder.feed(b"\x1b[200~some", &mut out);
    decoder.expire(&mut out);
    decoder.feed(b" text\x03", &mut out);
    decoder.feed(b"\x03", &mut out);
    assert_eq!(out, []);
    decoder.expire(&mut out);
    decoder.feed(b"\x03", &mut out);
    assert_eq!(out, [cut("some text\x03\x03"), key("ctrl+c")]);
}

#[test]
fn the_mouse_in_both_forms() {
    let pointer = |action, x, y| Input::Pointer(Pointer { action, at: (x, y) });
    assert_eq!(
        read("\x1b[<0;3;4M\x1b[<0;3;4m\x1b[<64;200;4M\x1b[<65;1;1M\x1b[<2;1;1M\x1b[<35;1;1M"),
        [
            pointer(MouseAction::Click, 2, 3),
            pointer(MouseAction::WheelUp, 199, 3),
            pointer(MouseAction::WheelDown, 0, 0)
        ]
    );
    assert_eq!(read(b"\x1b[M !\"\x1b[M#!\"\x1b[M`\xe8\xffq"), {
        [pointer(MouseAction::Click, 0, 1), pointer(MouseAction::WheelUp, 199, 222), key("q")]
    });
    assert_eq!(read("\x1b[M \x03"), keys("ctrl+c"));
}

#[test]
fn invalid_text_is_dropped() {
    assert_eq!(read(b"\xe4q"), keys("q"), "Latin-1");
    assert_eq!(read(b"\xff\xfe\xc0\xc1\xf5q"), keys("q"));
    assert_eq!(read(b"\xe0\x80\x80q\xed\xa0\x80q"), keys("q q"), "overlong, and half of a pair");
    assert_eq!(read(b"\xe6\x97"), []);
}

/// Keys as bytes. Esc is excluded if the letter after it could start a sequence.
const KNOWN: &[(&[u8], &str)] = &[
    (b"q", "q"),
    (b"\x03", "ctrl+c"),
    (b"\r", "enter"),
    ("ü".as_bytes(), "ü"),
    ("日".as_bytes(), "日"),
    ("😀".as_bytes(), "😀"),
    (b"\x1b", "esc"),
    (b"\x1b[A", "up"),
    (b"\x1bOB", "down"),
    (b"\x1b[1;5D", "ctrl+left"),
    (b"\x1b[24~", "f12"),
    (b"\x1b[[C", "f3"),
    (b"\x1b[97;5u", "ctrl+a"),
    (b"\x1b[Z", "shift+tab"),
];

/// The bytes, split at these positions.
fn pieces(bytes: &[u8], mut cuts: Vec<usize>) -> Vec<&[u8]> {
    for cut in &mut cuts {
        *cut %= bytes.len() + 1;
    }
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn known_keys_are_decoded_however_they_are_split(
        picked in vec(0..KNOWN.len(), 0..20),
        cuts in vec(any::<usize>(), 0..20),
    ) {
        let bytes: Vec<u8> = picked.iter().flat_map(|at| KNOWN[*at].0).copied().collect();
        let wanted: Vec<Input> = picked.iter().map(|at| key(KNOWN[*at].1)).collect();
        prop_assert_eq!(decoded(pieces(&bytes, cuts)), wanted);
    }

    #[test]
    fn no_input_disables_the_keyboard(
        parts in vec(
            prop_oneof![
                vec(any::<u8>(), 0..20),
                (0..REPORTS.len(), 0usize..20).prop_map(|(at, end)| {
                    let report = REPORTS[at].as_bytes();
                    report[..end.min(report.len())].to_vec()
                }),
                Just(b"\x1b[200~".to_vec()),
                Just(b"\x1b[M".to_vec()),
            ],
            0..8
        ),
        cuts in vec((any::<usize>(), any::<bool>()), 0..20),
    ) {
        let bytes = parts.concat();
        let pauses: Vec<bool> = cuts.iter().map(|(_, pause)| *pause).collect();
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        for (at, piece) in pieces(&bytes, cuts.iter().map(|(cut, _)| *cut).collect()).into_iter().enumerate() {
            decoder.feed(piece, &mut out);
            if pauses.get(at) == Some(&true) {
                decoder.expire(&mut out);
            }
        }
        wait(&mut decoder, &mut out);
        out.clear();
        decoder.feed(b"\x03", &mut out);
        decoder.feed(b"q", &mut out);
        prop_assert_eq!(out, keys("ctrl+c q"));
    }
}

#[test]
fn typing_does_not_keep_an_unterminated_paste_open() {
    let (mut decoder, mut out) = (Decoder::default(), Vec::new());
    decoder.feed(b"\x1b[200~abc", &mut out);
    // Two keys a second: five pauses between them.
    for _ in 0..2 {
        (0..5).for_each(|_| decoder.expire(&mut out));
        decoder.feed(b"j", &mut out);
    }
    assert!(matches!(&out[..], [Input::CutPaste(text), Input::Key(_)] if text == "abcj"), "{out:?}");
    let (mut decoder, mut out) = (Decoder::default(), Vec::new());
    decoder.feed(b"\x1b[200~abc", &mut out);
    decoder.expire(&mut out);
    decoder.feed(b"\x03\x03", &mut out);
    assert!(matches!(out[..], [Input::CutPaste(_), Input::Key(_), Input::Key(_)]), "{out:?}");
}
