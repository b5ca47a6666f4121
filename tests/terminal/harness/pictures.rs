//! The painter: its output is decoded and checked, pixel by pixel.

use std::num::NonZeroU16;
use std::time::Duration;

use crate::support::picture::{CELL_HEIGHT, CELL_WIDTH, Decoded, Pixel, decode, draw};
use crate::support::recording::animate;
use crate::support::scene::{Scene, Step};

const BACKGROUND: Pixel = [0x14, 0x16, 0x1b, 255];
const LEFT: usize = 26;
const TOP: usize = 78;

fn screen(text: &str) -> vt100::Screen {
    let size = |count| NonZeroU16::new(count).unwrap();
    let mut parser = vt100::Parser::new(size(5), size(40), 0);
    parser.process(b"\x1b[?25l");
    parser.process(text.as_bytes());
    parser.screen().clone()
}

fn picture(text: &str) -> Decoded {
    decode(&draw(&screen(text), "title"))
}

/// The pixels of one cell, row by row.
fn cell(picture: &Decoded, x: usize, y: usize) -> Vec<Pixel> {
    let (x, y) = (LEFT + x * CELL_WIDTH, TOP + y * CELL_HEIGHT);
    (0..CELL_WIDTH * CELL_HEIGHT).map(|i| picture.at(x + i % CELL_WIDTH, y + i / CELL_WIDTH)).collect()
}

#[test]
fn an_empty_screen_is_all_background() {
    let picture = picture("");
    assert_eq!(picture.at(0, 0)[3], 0, "the corner of the window is clear");
    assert!(cell(&picture, 0, 0).iter().all(|pixel| *pixel == BACKGROUND));
    assert!(cell(&picture, 39, 4).iter().all(|pixel| *pixel == BACKGROUND));
}

#[test]
fn lines_join_across_cells() {
    let picture = picture("╭──┬━━╮\r\n│  │  │\r\n╰──┴──╯");
    let middle = |x: usize, y: usize| {
        (LEFT + x * CELL_WIDTH + CELL_WIDTH / 2, TOP + y * CELL_HEIGHT + CELL_HEIGHT / 2)
    };
    let line = picture.at(middle(1, 0).0, middle(1, 0).1);
    assert_ne!(line, BACKGROUND);
    let (right, bottom) = middle(5, 2);
    let (left, top) = middle(1, 0);
    for x in left..=right {
        assert_eq!((picture.at(x, top), picture.at(x, bottom)), (line, line), "a gap at {x}");
    }
    let (left, top) = middle(0, 1);
    for y in top - 20..=top + 20 {
        assert_eq!((picture.at(left, y), picture.at(middle(6, 1).0, y)), (line, line), "a gap at {y}");
    }
}

#[test]
fn colours_and_attributes_are_seen() {
    let picture = picture(
        "\x1b[48;2;1;2;3mX\x1b[0m\x1b[48;5;196m \x1b[0m\x1b[7m \x1b[0m\x1b[31m█\x1b[2m█\x1b[0m\x1b[4m \x1b[0m",
    );
    assert!(cell(&picture, 0, 0).contains(&[1, 2, 3, 255]));
    assert!(cell(&picture, 1, 0).iter().all(|pixel| *pixel == [255, 0, 0, 255]));
    assert!(cell(&picture, 2, 0).iter().all(|pixel| *pixel == [0xd5, 0xd9, 0xe0, 255]));
    let (red, dim) = (cell(&picture, 3, 0)[0], cell(&picture, 4, 0)[0]);
    assert_eq!(red, [0xef, 0x6b, 0x73, 255]);
    assert!(dim[0] < red[0] && dim[0] > BACKGROUND[0], "{dim:?}");
    assert!(cell(&picture, 5, 0).iter().any(|pixel| *pixel != BACKGROUND), "a line under nothing");
}

#[test]
fn bold_and_italic_use_other_glyphs() {
    let picture = picture("a\x1b[1ma\x1b[0;3ma\x1b[1ma\x1b[0ma");
    let letters: Vec<_> = (0..5).map(|x| cell(&picture, x, 0)).collect();
    assert_eq!(letters[0], letters[4]);
    for (i, letter) in letters[..4].iter().enumerate() {
        assert!(letters[i + 1..4].iter().all(|other| other != letter), "letter {i}");
    }
}

#[test]
fn the_cursor_is_drawn_in_its_shape() {
    let filled = |shape: &str| {
        let picture = picture(&format!("\x1b[?25h{shape}"));
        cell(&picture, 0, 0).iter().filter(|pixel| **pixel != BACKGROUND).count()
    };
    assert_eq!(filled("\x1b[2 q"), CELL_WIDTH * CELL_HEIGHT);
    assert_eq!(filled("\x1b[6 q"), 3 * CELL_HEIGHT);
    assert_eq!(filled("\x1b[4 q"), CELL_WIDTH * 4);
}

#[test]
fn excess_colours_are_mapped_to_near_ones() {
    let text: String =
        (0..160).fold(String::new(), |text, n| text + &format!("\x1b[48;2;{n};{};90mW", 255 - n));
    let picture = picture(&text);
    assert!((200..=256).contains(&picture.colours()), "{} colours", picture.colours());
    for n in 0_u8..160 {
        let seen = cell(&picture, usize::from(n % 40), usize::from(n / 40))[0];
        let meant = [n, 255 - n, 90, 255];
        assert!(seen.iter().zip(meant).all(|(a, b)| a.abs_diff(b) < 6), "{seen:?} for {meant:?}");
    }
}

#[test]
fn an_animation_ends_with_its_last_screen() {
    let second = Duration::from_secs(1);
    let frames = [
        (screen("one"), second),
        (screen("one"), second),
        (screen("one\r\n\x1b[32mtwo █\x1b[0m"), second / 2),
        (screen("two\r\n    \x1b[3;30H語"), Duration::from_mins(5)),
    ];
    let animation = animate(&frames, "title");
    let last = decode(&draw(&frames[3].0, "title"));
    let shown = decode(&animation);
    assert_eq!(shown.delays, [2000, 500, u16::MAX]);
    assert_eq!((shown.width, shown.height), (last.width, last.height));
    assert!(shown.pixels == last.pixels, "the last frame is another picture");
    assert!(animation.len() < 3 * draw(&frames[3].0, "title").len(), "{} bytes", animation.len());
}

#[test]
fn a_still_recording_is_one_frame() {
    let frames = [(screen("still"), Duration::from_secs(1)), (screen("still"), Duration::from_secs(1))];
    assert_eq!(animate(&frames, "title"), draw(&screen("still"), "title"));
}

const SAMPLE: Scene = Scene {
    name: "sample",
    title: "sh",
    size: (40, 8),
    args: &["-c", "stty -echo; printf '\\033[32mready\\033[0m'; read x; printf ' \\033[1;31m%s' $x; read x"],
    env: &[],
    script: &[
        Step::For("ready"),
        Step::Show(700),
        Step::Type("typed"),
        Step::Press("enter"),
        Step::For("typed"),
        Step::Show(900),
    ],
};

#[test]
fn a_scene_is_played_and_recorded() {
    let shell = std::path::Path::new("/bin/sh");
    let screen = SAMPLE.play(shell);
    assert_eq!(screen.contents(), "ready typed");
    let picture = decode(&draw(&screen, SAMPLE.title));
    assert!(picture.colours() > 30, "{} colours", picture.colours());
    assert!(picture.drawn() > 0.05, "{} drawn", picture.drawn());

    let frames = SAMPLE.record(shell);
    let contents: Vec<_> =
        frames.iter().map(|(screen, shown)| (screen.contents(), shown.as_millis())).collect();
    assert_eq!(contents, [("ready".to_owned(), 700), ("ready typed".to_owned(), 900)]);
    assert_eq!(decode(&animate(&frames, SAMPLE.title)).delays, [700, 900]);
}
