//! Where the placeholders of a body start, so that only what is sent as a variable has its colour.

use std::collections::HashSet;

use crate::profile::Draft;

/// Where the placeholders of the body start, as line and byte, where some text in it only looks like
/// one.
pub(in crate::console) fn of_body(draft: &Draft) -> Option<HashSet<(usize, usize)>> {
    if !["</", "<\\/", "<!", "<?", "<br"].iter().any(|text| draft.body.contains(text)) {
        return None;
    }
    let body = draft.parsed_body();
    let mut line = (0, 0);
    let place = |start: usize| {
        while let Some(end) = draft.body[line.1..start].find('\n') {
            line = (line.0 + 1, line.1 + end + 1);
        }
        (line.0, start - line.1)
    };
    Some(body.placeholder_starts().into_iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_bytes() {
        let mut draft = Draft::new(crate::profile::Channel::Default);
        "<r>\n <id><id></id>\n<!-- <no> -->\n<e>\n</r>".clone_into(&mut draft.body);
        assert_eq!(of_body(&draft), Some(HashSet::from([(1, 5), (3, 0)])));
        "{\"id\": \"<id>\"}".clone_into(&mut draft.body);
        assert_eq!(of_body(&draft), None);
    }
}
