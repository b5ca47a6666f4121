//! Limits what a peer may send before a response makes progress. Frames and interim responses without progress cost
//! time, and a peer can send them endlessly.

use std::io;

use crate::delivery::http::connection::http2_frames::Frames;

/// HTTP/2 frames; each KiB of one counts as another. A server may send some for every part of a request that it
/// receives.
const FRAMES: u64 = 20_000;
/// Bytes over HTTP/1.1: more than the longest head and the buffers of a body.
const BYTES: u64 = 1024 * 1024;

/// Why a connection was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flood {
    #[error("sent {FRAMES} HTTP/2 frames without a response, and the connection was closed")]
    Frames,
    #[error("sent {} KiB without a complete response, and the connection was closed", BYTES / 1024)]
    Bytes,
}

/// What was spent since a response last made progress.
#[derive(Debug)]
pub struct Budget {
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

    /// How many requests the peer has said that it allows at a time; HTTP/2 only.
    pub fn allowed(&self) -> Option<u32> {
        self.frames.as_ref().and_then(Frames::allowed)
    }

    /// Accounts for received bytes.
    ///
    /// # Errors
    /// The budget is exceeded.
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

#[cfg(test)]
mod tests {
    use super::*;

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
        budget.spend(&vec![0; 9 * 20_000], 0).unwrap();
        assert!(budget.spend(&[0; 9], 0).unwrap_err().to_string().contains("20000 HTTP/2 frames"));
    }
}
