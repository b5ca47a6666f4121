//! Parses the HTTP/2 frames received over a connection (RFC 9113, sections 4.1 and 6.5).

/// The SETTINGS frame type, and its acknowledgement flag.
const SETTINGS: u8 = 0x4;
const ACK: u8 = 0x1;
/// The setting for the number of concurrent requests that the peer allows.
const MAX_CONCURRENT_STREAMS: [u8; 2] = [0, 3];

/// Finds frames, however they are split.
#[derive(Debug, Default)]
pub struct Frames {
    /// The received part of a frame's head.
    head: [u8; 9],
    came: usize,
    /// Bytes of its payload still to come.
    payload: usize,
    /// The received part of a setting.
    setting: [u8; 6],
    setting_came: usize,
    /// How many requests the peer allows at a time; none before its first settings.
    allowed: Option<u32>,
}

impl Frames {
    /// How many requests the peer has said last that it allows at a time. Nothing before it has said anything;
    /// without a limit, where its settings name none.
    pub fn allowed(&self) -> Option<u32> {
        self.allowed
    }

    /// Parses more bytes. Returns their cost: one per frame, and one per KiB of a frame.
    pub fn cost(&mut self, mut bytes: &[u8]) -> u64 {
        let mut cost = 0;
        loop {
            let (payload, rest) = bytes.split_at(self.payload.min(bytes.len()));
            if self.head[3] == SETTINGS && self.head[4] & ACK == 0 {
                self.read_settings(payload);
                if self.came == 0 && self.payload == payload.len() {
                    self.allowed.get_or_insert(u32::MAX);
                }
            }
            self.payload -= payload.len();
            bytes = rest;
            let taken = (self.head.len() - self.came).min(bytes.len());
            if taken == 0 {
                return cost;
            }
            self.head[self.came..self.came + taken].copy_from_slice(&bytes[..taken]);
            self.came += taken;
            bytes = &bytes[taken..];
            if self.came == self.head.len() {
                let [a, b, c, ..] = self.head;
                let length = u32::from_be_bytes([0, a, b, c]);
                cost += 1 + u64::from(length / 1024);
                (self.came, self.payload, self.setting_came) = (0, length as usize, 0);
            }
        }
    }

    fn read_settings(&mut self, payload: &[u8]) {
        for byte in payload {
            self.setting[self.setting_came] = *byte;
            self.setting_came += 1;
            if self.setting_came == self.setting.len() {
                self.setting_came = 0;
                let [name @ .., _, _, _, _] = self.setting;
                if name == MAX_CONCURRENT_STREAMS {
                    let [_, _, a, b, c, d] = self.setting;
                    self.allowed = Some(u32::from_be_bytes([a, b, c, d]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: u32) -> Vec<u8> {
        let mut frame = length.to_be_bytes()[1..].to_vec();
        frame.resize(9 + length as usize, 7);
        frame
    }

    fn settings(flags: u8, all: &[[u8; 6]]) -> Vec<u8> {
        let length = u8::try_from(all.len() * 6).unwrap();
        [&[0, 0, length, SETTINGS, flags, 0, 0, 0, 0], all.as_flattened()].concat()
    }

    #[test]
    fn frames_are_counted_however_they_are_cut() {
        let all = [frame(0), frame(4), frame(1), frame(3000), frame(0)].concat();
        for part in [1, 2, 8, 9, 10, 1000, all.len()] {
            let mut frames = Frames::default();
            let cost: u64 = all.chunks(part).map(|bytes| frames.cost(bytes)).sum();
            assert_eq!(cost, 7, "in parts of {part}");
        }
    }

    #[test]
    fn the_last_setting_counts_however_it_is_cut() {
        let (window, none, some) = ([0, 4, 0, 0, 0, 0], [0, 3, 0, 0, 0, 0], [0, 3, 0, 0, 1, 0]);
        for (all, expected) in [
            (frame(20), None),
            (settings(ACK, &[]), None),
            (settings(0, &[]), Some(u32::MAX)),
            (settings(0, &[window]), Some(u32::MAX)),
            (settings(0, &[window, none, window]), Some(0)),
            ([settings(0, &[none]), frame(6), settings(ACK, &[some])].concat(), Some(0)),
            ([settings(0, &[none]), frame(20), settings(0, &[some])].concat(), Some(256)),
            ([settings(0, &[some]), settings(0, &[window])].concat(), Some(256)),
        ] {
            for part in [1, 2, 7, 9, 10, all.len()] {
                let mut frames = Frames::default();
                assert!(all.chunks(part).map(|bytes| frames.cost(bytes)).sum::<u64>() > 0);
                assert_eq!(frames.came, 0, "whole frames");
                assert_eq!(frames.allowed(), expected, "{all:?} in parts of {part}");
            }
        }
    }
}
