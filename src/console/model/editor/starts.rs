//! Where the placeholders of a body start, so that only those are coloured.

use std::collections::HashSet;

use crate::profile::{Body, Draft};

/// Where the placeholders of the body start, as line and byte, if some of its text only looks like a placeholder.
pub(in crate::console) fn of_body(draft: &Draft, body: &Body) -> Option<HashSet<(usize, usize)>> {
    if !["</", "<\\/", "<!", "<?", "<br"].iter().any(|text| draft.body.contains(text)) {
        return None;
    }
    // The line, the byte at which it starts, and how far the text was scanned: offsets come in ascending order.
    let (mut line, mut begins, mut scanned) = (0, 0, 0);
    let place = |start: usize| {
        while let Some(end) = draft.body[scanned..start].find('\n') {
            line += 1;
            scanned += end + 1;
            begins = scanned;
        }
        scanned = start;
        (line, start - begins)
    };
    Some(body.placeholder_starts().into_iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_lines_and_bytes() {
        let mut draft = Draft::new(crate::profile::Channel::Default);
        "<r>\n <id><id></id>\n<!-- <no> -->\n<e>\n</r>".clone_into(&mut draft.body);
        assert_eq!(of_body(&draft, &draft.parsed_body()), Some(HashSet::from([(1, 5), (3, 0)])));
        "<r><id><id></id><e>\n<e></r>".clone_into(&mut draft.body);
        assert_eq!(of_body(&draft, &draft.parsed_body()), Some(HashSet::from([(0, 7), (0, 16), (1, 0)])));
        "{\"id\": \"<id>\"}".clone_into(&mut draft.body);
        assert_eq!(of_body(&draft, &draft.parsed_body()), None);
    }
}
