//! The phases of an attempt in a few bytes: one that says which there are, and for each of them its microseconds, seven
//! bits a byte, the lowest first, with the high bit where more follow (LEB128). Mostly there are six bytes.

use crate::record::{Phase, Phases};
use crate::storage::unreadable::Why;

/// Set in the first byte where the connection was reused. Lower bits are those of the phases, in their order.
const REUSED: u8 = 1 << 5;

/// The bytes of phases.
#[must_use]
pub fn phases_bytes(phases: &Phases) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(26);
    bytes.push(if phases.reused { REUSED } else { 0 });
    for (phase, micros) in phases.iter() {
        bytes[0] |= 1 << phase as u8;
        let mut left = micros;
        loop {
            let low = left.to_le_bytes()[0] & 0x7f;
            left >>= 7;
            if left == 0 {
                bytes.push(low);
                break;
            }
            bytes.push(low | 0x80);
        }
    }
    bytes
}

/// The phases of these bytes.
///
/// # Errors
/// They are none.
pub fn phases(bytes: &[u8]) -> Result<Phases, Why> {
    read(bytes).ok_or_else(|| format!("phases: {} bytes that have no meaning", bytes.len()))
}

fn read(bytes: &[u8]) -> Option<Phases> {
    let (first, mut rest) = bytes.split_first()?;
    if *first >= REUSED << 1 {
        return None;
    }
    let mut phases = Phases::over(first & REUSED != 0);
    for phase in Phase::ALL.into_iter().filter(|phase| first & 1 << *phase as u8 != 0) {
        let mut micros = 0_u64;
        let mut shift = 0;
        loop {
            let (byte, left) = rest.split_first()?;
            rest = left;
            micros |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
            if shift > 28 {
                return None;
            }
        }
        u32::try_from(micros).ok()?;
        phases.add(phase, std::time::Duration::from_micros(micros));
    }
    rest.is_empty().then_some(phases)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn of(micros: [Option<u64>; 5], reused: bool) -> Phases {
        let mut phases = Phases::over(reused);
        for (phase, micros) in Phase::ALL.into_iter().zip(micros) {
            if let Some(micros) = micros {
                phases.add(phase, Duration::from_micros(micros));
            }
        }
        phases
    }

    #[test]
    fn phases_are_read_as_they_were_written() {
        let most = Some(u64::from(u32::MAX));
        for (phases, length) in [
            (of([None; 5], false), 1),
            (of([None; 5], true), 1),
            (of([None, None, None, Some(12_345), Some(0)], true), 4),
            (of([Some(127), Some(128), Some(16_383), Some(16_384), Some(2_097_151)], false), 12),
            (of([most; 5], true), 26),
        ] {
            let bytes = phases_bytes(&phases);
            assert_eq!(bytes.len(), length, "{phases:?}");
            assert_eq!(super::phases(&bytes), Ok(phases));
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let whole = phases_bytes(&of([None, Some(300), None, Some(70_000), None], false));
        for end in 0..whole.len() {
            assert!(phases(&whole[..end]).is_err(), "{end} bytes");
        }
        assert!(phases(&[&whole[..], &[0]].concat()).is_err(), "one more");
        assert!(phases(&[0x40]).is_err(), "an unknown phase");
        assert!(phases(&[1, 0xff, 0xff, 0xff, 0xff, 0x7f]).is_err(), "more than 32 bits");
        assert!(phases(&[1, 0xff, 0xff, 0xff, 0xff, 0xff, 1]).is_err(), "more than five bytes");
    }
}
