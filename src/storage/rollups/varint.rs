//! Numbers of variable length: seven bits a byte, the lowest first (LEB128).

/// The most bytes that a number takes.
const MOST: usize = 10;

/// Appends a number.
pub fn push(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        // Seven bits are left.
        let low = u8::try_from(number & 0x7F).unwrap_or(0);
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// Appends a number that may be negative: small ones of both signs are short.
pub fn push_signed(bytes: &mut Vec<u8>, number: i64) {
    push(bytes, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

/// Takes a number from the start; none if there is no whole one.
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..MOST {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let shift = u32::try_from(place.checked_mul(7)?).ok()?;
        number |= u64::from(byte & 0x7F).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Takes a number that may be negative.
pub fn take_signed(bytes: &mut &[u8]) -> Option<i64> {
    let number = take(bytes)?;
    Some((number >> 1).cast_signed() ^ (number & 1).cast_signed().wrapping_neg())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        let mut bytes = Vec::new();
        let unsigned = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let signed = [0, -1, 1, 63, -64, 64, i64::MAX, i64::MIN];
        for number in unsigned {
            push(&mut bytes, number);
        }
        for number in signed {
            push_signed(&mut bytes, number);
        }
        let mut rest = &bytes[..];
        assert_eq!(unsigned.map(|_| take(&mut rest).unwrap()), unsigned);
        assert_eq!(signed.map(|_| take_signed(&mut rest).unwrap()), signed);
        assert!(rest.is_empty());
        assert_eq!(take(&mut &[0x80][..]), None, "it is not whole");
        assert_eq!(take(&mut &[0xFF; 11][..]), None, "it is too long");
    }
}
