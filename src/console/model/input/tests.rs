use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;

use super::*;

fn press(input: &mut Input, keys: &str) -> Vec<InputResult> {
    keys.split_whitespace().map(|name| input.key(Key::parse(name).unwrap())).collect()
}

fn type_text(input: &mut Input, text: &str) {
    for c in text.chars() {
        input.key(Key::parse(&c.to_string()).unwrap());
    }
}

/// The text with `|` at the cursor, and `[` `]` around the selection.
fn shown(input: &Input) -> String {
    let text = input.text();
    let byte = |place: Place| {
        text.split('\n').take(place.line).map(|line| line.len() + 1).sum::<usize>() + place.byte
    };
    let mut marks = vec![(byte(input.cursor()), '|')];
    if let Some((from, to)) = input.selection() {
        marks.extend([(byte(from), '['), (byte(to), ']')]);
    }
    marks.sort_by_key(|(at, sign)| (*at, *sign == '['));
    let mut out = text.clone();
    for (at, sign) in marks.into_iter().rev() {
        out.insert(at, sign);
    }
    out
}

#[test]
fn typing_is_undone_word_by_word() {
    let mut input = Input::line("");
    type_text(&mut input, "one two  three");
    press(&mut input, "ctrl+_");
    assert_eq!(shown(&input), "one two  |");
    press(&mut input, "ctrl+7 ctrl+/");
    assert_eq!(shown(&input), "|");
    assert_eq!(press(&mut input, "ctrl+_"), [InputResult::Used], "there is no more");
    press(&mut input, "ctrl+r ctrl+r");
    assert_eq!(shown(&input), "one two  |");
    type_text(&mut input, "x");
    assert_eq!(press(&mut input, "ctrl+r"), [InputResult::Used], "another way was taken");
}

#[test]
fn a_paste_and_a_run_of_backspace_are_one_step_each() {
    let mut input = Input::lines("start ");
    input.paste("one\r\ntwo\rthree");
    assert_eq!(shown(&input), "start one\ntwo\nthree|");
    press(&mut input, "backspace backspace backspace");
    press(&mut input, "ctrl+_");
    assert_eq!(shown(&input), "start one\ntwo\nthree|");
    press(&mut input, "ctrl+_");
    assert_eq!(shown(&input), "start |");
}

#[test]
fn text_set_from_outside_can_be_undone() {
    let mut input = Input::line("mine");
    input.set("theirs");
    assert_eq!(shown(&input), "theirs|");
    press(&mut input, "ctrl+_");
    assert_eq!(shown(&input), "mine|");
    assert_eq!(press(&mut input, "ctrl+_"), [InputResult::Used], "what it began with is no step");
}

#[test]
fn a_single_line_folds_pasted_lines() {
    let mut input = Input::line("");
    input.paste("https://x\r\n/y\n");
    assert_eq!(input.text(), "https://x /y");
    assert_eq!(press(&mut input, "enter down up pgdn"), [InputResult::Ignored; 4]);
}

#[test]
fn several_lines_keep_line_ends_and_arrows_leave_at_the_edges() {
    let mut input = Input::lines("");
    input.paste("a\r\nb");
    assert_eq!(input.text(), "a\nb");
    assert_eq!(press(&mut input, "up up"), [InputResult::Used, InputResult::Ignored]);
}

#[test]
fn each_grapheme_is_deleted_with_one_key() {
    for one in ["é", "e\u{301}", "👩‍👩‍👧‍👦", "🇮🇳", "👍🏽", "क्षि", "ก็", "日", "1\u{fe0f}\u{20e3}"]
    {
        assert_eq!(one.graphemes(true).count(), 1, "{one}");
        let mut input = Input::line(&format!("a{one}"));
        press(&mut input, "backspace");
        assert_eq!(shown(&input), "a|", "{one} by Backspace");
        press(&mut input, "ctrl+_ home right delete");
        assert_eq!(shown(&input), "a|", "{one} by Delete");
    }
}

#[test]
fn a_typed_combining_mark_joins_its_letter() {
    let mut input = Input::line("\u{301}x");
    press(&mut input, "home");
    type_text(&mut input, "e");
    assert_eq!(shown(&input), "e\u{301}|x", "the cursor stands behind both");
    press(&mut input, "backspace");
    assert_eq!(shown(&input), "|x");
}

#[test]
fn typing_replaces_the_selection() {
    let mut input = Input::line("https://old.example/cb");
    press(&mut input, "home ctrl+right ctrl+right ctrl+shift+right");
    assert_eq!(shown(&input), "https://[old|].example/cb");
    type_text(&mut input, "new");
    assert_eq!(shown(&input), "https://new|.example/cb");
    press(&mut input, "ctrl+_ ctrl+_");
    assert_eq!(shown(&input), "https://[old|].example/cb", "and selected again");
    press(&mut input, "left");
    assert_eq!(shown(&input), "https://|old.example/cb", "an arrow leaves it where it points");
    press(&mut input, "shift+end");
    input.paste("x");
    assert_eq!(shown(&input), "https://x|");
}

#[test]
fn emacs_keys() {
    let mut input = Input::line("one two three");
    press(&mut input, "ctrl+w");
    assert_eq!(shown(&input), "one two |");
    press(&mut input, "ctrl+a ctrl+y");
    assert_eq!(shown(&input), "three|one two ");
    press(&mut input, "ctrl+k ctrl+e ctrl+b ctrl+d ctrl+f");
    assert_eq!(shown(&input), "thre|");
    press(&mut input, "ctrl+u");
    assert_eq!(shown(&input), "|");
    press(&mut input, "ctrl+y ctrl+y ctrl+h");
    assert_eq!(shown(&input), "threthr|");
    let mut lines = Input::lines("a\nb");
    press(&mut lines, "ctrl+home ctrl+k ctrl+k");
    assert_eq!(shown(&lines), "|b", "at its end a line is joined with the next one");
    press(&mut lines, "ctrl+n ctrl+p");
    assert_eq!(shown(&lines), "|b");
}

#[test]
fn text_cut_from_one_field_can_be_inserted_in_another() {
    let mut one = Input::line("take this");
    press(&mut one, "ctrl+shift+left ctrl+x");
    assert_eq!(shown(&one), "take |");
    let mut other = Input::line("");
    other.lend(one.take_killed());
    press(&mut other, "ctrl+y");
    assert_eq!(shown(&other), "this|");
}

#[test]
fn up_and_down_keep_their_column() {
    let mut input = Input::lines("日本語\nx\nabcdef");
    press(&mut input, "up up");
    assert_eq!(shown(&input), "日本語|\nx\nabcdef");
    press(&mut input, "left down down");
    assert_eq!(shown(&input), "日本語\nx\nabcd|ef");
}

#[test]
fn unbound_keys_are_ignored() {
    let mut input = Input::lines("x");
    for key in ["tab", "esc", "f5", "ctrl+s", "ctrl+t", "ctrl+c", "ctrl+o", "ctrl+j", "ctrl+m", "ctrl+i"] {
        assert_eq!(press(&mut input, key), [InputResult::Ignored], "{key}");
    }
}

#[test]
fn debug_output_omits_the_text() {
    let mut input = Input::line("hunter2");
    press(&mut input, "ctrl+u");
    assert!(!format!("{input:?}").contains("hunter2"));
}

const KEYS: &[&str] = &[
    "left",
    "right",
    "up",
    "down",
    "home",
    "end",
    "pgup",
    "pgdn",
    "ctrl+left",
    "ctrl+right",
    "ctrl+home",
    "ctrl+end",
    "shift+left",
    "shift+right",
    "shift+up",
    "shift+down",
    "ctrl+shift+left",
    "shift+end",
    "backspace",
    "delete",
    "ctrl+w",
    "ctrl+delete",
    "ctrl+u",
    "ctrl+k",
    "ctrl+x",
    "ctrl+y",
    "enter",
    "a",
    "space",
];

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        " ",
        "\n",
        "é",
        "e\u{301}",
        "\u{301}",
        "👩‍👧",
        "👩",
        "\u{200d}",
        "🇮",
        "🇳",
        "日",
        "\u{1b}",
        "\u{202e}",
        "क",
        "\u{94d}",
        "ष",
        "\r",
        "<id>",
        "שלום",
    ]);
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

#[derive(Debug, Clone)]
enum Doing {
    Key(usize),
    Paste(String),
}

fn doings() -> impl Strategy<Value = Vec<Doing>> {
    let one = prop_oneof![
        4 => (0..KEYS.len()).prop_map(Doing::Key),
        1 => pieces().prop_map(Doing::Paste),
    ];
    prop::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn any_edit_can_be_undone_and_redone(
        start in pieces(), doings in doings(), several in any::<bool>(),
    ) {
        let mut input = if several { Input::lines(&start) } else { Input::line(&start) };
        let first = input.text();
        for doing in &doings {
            let before = input.text();
            let changed = match doing {
                Doing::Key(at) => input.key(Key::parse(KEYS[*at]).unwrap()) == InputResult::Changed,
                Doing::Paste(text) => {
                    input.paste(text);
                    before != input.text()
                }
            };
            prop_assert_eq!(changed, before != input.text());
            let at = input.cursor();
            let line = &input.rows()[at.line];
            let boundary = line.grapheme_indices(true).any(|(byte, _)| byte == at.byte) || at.byte == line.len();
            prop_assert!(boundary, "{:?} in {:?}", at, line);
            prop_assert!(several || input.rows().len() == 1);
            if let Some((from, to)) = input.selection() {
                prop_assert!(from < to && input.rows()[to.line].is_char_boundary(to.byte));
            }
        }
        let last = input.text();
        while press(&mut input, "ctrl+_") == [InputResult::Changed] {}
        prop_assert_eq!(input.text(), first);
        while press(&mut input, "ctrl+r") == [InputResult::Changed] {}
        prop_assert_eq!(input.text(), last);
    }

    #[test]
    fn the_cursor_visits_every_grapheme(start in pieces()) {
        let mut input = Input::lines(&start);
        let count: usize = input.rows().iter().map(|r| r.graphemes(true).count() + 1).sum::<usize>() - 1;
        press(&mut input, "ctrl+home");
        for _ in 0..count {
            press(&mut input, "right");
        }
        prop_assert_eq!(input.cursor(), Place { line: input.rows().len() - 1, byte: input.rows().last().unwrap().len() });
        // The remaining graphemes may join, so it may take fewer key presses, never more.
        for _ in 0..count {
            press(&mut input, "backspace");
        }
        prop_assert_eq!(input.text(), "");
    }
}
