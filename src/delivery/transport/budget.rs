//! What a peer may send before a response makes progress. Frames and interim responses that lead to
//! none cost time, and a peer can send them without end.

use std::io;

/// HTTP/2 frames; each KiB of one counts as another. A server may send some for every part of a request
/// that it takes in.
const FRAMES: u64 = 20_000;
/// Bytes over HTTP/1.1: more than the longest head and the buffers of a body.
const BYTES: u64 = 1024 * 1024;

/// Why a connection was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flood {
    #[error("sent {FRAMES} HTTP/2 frames without a response, and the connection was closed")]
    Frames,
    #[error("sent {} KiB without a complete response, and the connection was closed", BYTES / 1024)]
    Bytes,
}

/// What was spent since a response made progress.
#[derive(Debug)]
pub(super) struct Budget {
    spent: u64,
    /// The progress at that time.
    progress: u64,
    /// With HTTP/2.
    frames: Option<Frames>,
}

impl Budget {
    pub fn of_bytes() -> Self {
        Self { spent: 0, progress: 0, frames: None }
    }

    pub fn of_frames() -> Self {
        Self { frames: Some(Frames::default()), ..Self::of_bytes() }
    }

    /// Takes account of bytes that came.
    ///
    /// # Errors
    /// It is too much.
    pub fn spend(&mut self, bytes: &[u8], progress: u64) -> io::Result<()> {
        let (spent, most, flood) = match &mut self.frames {
            Some(frames) => (frames.cost(bytes), FRAMES, Flood::Frames),
            None => (bytes.len() as u64, BYTES, Flood::Bytes),
        };
        if progress != self.progress {
            (self.progress, self.spent) = (progress, 0);
        }
        self.spent += spent;
        if self.spent > most {
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, flood));
        }
        Ok(())
    }
}

/// Finds the frames in what comes (RFC 9113, section 4.1).
#[derive(Debug, Default)]
struct Frames {
    /// The part of a frame's head that has come.
    head: [u8; 9],
    came: usize,
    /// Bytes of its payload that are still to come.
    payload: usize,
}

impl Frames {
    fn cost(&mut self, mut bytes: &[u8]) -> u64 {
        let mut cost = 0;
        loop {
            let skipped = self.payload.min(bytes.len());
            self.payload -= skipped;
            bytes = &bytes[skipped..];
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
                (self.came, self.payload) = (0, length as usize);
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
    fn a_budget_is_spent_and_progress_makes_it_whole() {
        let mut budget = Budget::of_bytes();
        let half = vec![0; 512 * 1024];
        for progress in 0..10 {
            budget.spend(&half, progress).unwrap();
            budget.spend(&half, progress).unwrap();
        }
        let flood = budget.spend(b"x", 9).unwrap_err();
        assert_eq!(flood.kind(), io::ErrorKind::QuotaExceeded);
        let mut budget = Budget::of_frames();
        let frames = frame(0).repeat(20_000);
        budget.spend(&frames, 0).unwrap();
        assert!(budget.spend(&frame(0), 0).unwrap_err().to_string().contains("20000 HTTP/2 frames"));
    }
}
