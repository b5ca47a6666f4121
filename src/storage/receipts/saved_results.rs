//! The results of a request as its receipt keeps them: their number, each with its kind and id, and then the note.

use crate::record::DeliveryId;
use crate::storage::receipts::accept_request::SubmissionResult;
use crate::storage::unreadable::Why;

const NEW: u8 = b'n';
const AGAIN: u8 = b'a';
const CONFLICT: u8 = b'c';

/// The bytes of results and a note.
#[must_use]
pub fn write(results: &[SubmissionResult], note: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(u32::try_from(results.len()).unwrap_or(u32::MAX).to_be_bytes());
    for result in results {
        match result {
            SubmissionResult::New(id) => {
                bytes.push(NEW);
                bytes.extend(id.bytes());
            }
            SubmissionResult::Again(id) => {
                bytes.push(AGAIN);
                bytes.extend(id.bytes());
            }
            SubmissionResult::Conflict => bytes.push(CONFLICT),
        }
    }
    bytes.extend(note);
    bytes
}

/// The results and the note of these bytes.
///
/// # Errors
/// They were cut or changed.
pub fn read(bytes: &[u8]) -> Result<(Vec<SubmissionResult>, Vec<u8>), Why> {
    let cut = || "it was cut".to_owned();
    let (count, mut rest) = bytes.split_first_chunk::<4>().ok_or_else(cut)?;
    let mut results = Vec::new();
    for _ in 0..u32::from_be_bytes(*count) {
        let (kind, after) = rest.split_first().ok_or_else(cut)?;
        rest = after;
        if *kind == CONFLICT {
            results.push(SubmissionResult::Conflict);
            continue;
        }
        let (id, after) = rest.split_first_chunk::<16>().ok_or_else(cut)?;
        rest = after;
        let id = DeliveryId::from_bytes(*id);
        results.push(match *kind {
            NEW => SubmissionResult::New(id),
            AGAIN => SubmissionResult::Again(id),
            other => return Err(format!("{other} is not a result")),
        });
    }
    Ok((results, rest.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_and_note_are_read_back() {
        let id = DeliveryId::generate;
        let results = [
            SubmissionResult::New(id()),
            SubmissionResult::Conflict,
            SubmissionResult::Again(id()),
            SubmissionResult::New(id()),
        ];
        for (n, note) in [(0, &b""[..]), (4, b""), (4, b"ncan"), (2, b"\0")] {
            let bytes = write(&results[..n], note);
            assert_eq!(read(&bytes), Ok((results[..n].to_vec(), note.to_vec())));
        }
        let bytes = write(&results, b"");
        assert!((0..bytes.len()).all(|length| read(&bytes[..length]).is_err()), "a part of it is nothing");
        assert!(read(b"\0\0\0\x01x0123456789abcdef").unwrap_err().contains("not a result"));
    }
}
