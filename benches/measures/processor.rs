//! The processor time of a delivery, from its acceptance to its record.

use ringback::callback::Values;

use crate::delivering::{DELIVERIES, bare_loop, checked, deliver, draft, sealing, wide};
use crate::endpoint::Endpoint;
use crate::figures::process::processor_seconds;
use crate::figures::{Figure, percentile};

const ROUNDS: usize = 3;

/// Processor seconds of this process per thousand: plain, encrypted and signed, and requests of the bare loop.
/// Nothing if the system does not report them.
pub async fn measure() -> Vec<Figure> {
    let endpoint = Endpoint::start(2, 0);
    let url = &endpoint.taking()[1];
    let plain = [(checked(&draft(url)), Values::default())];
    let sealed = [sealing(url)];
    let (mut of_bare, mut of_plain, mut of_sealed) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_bare.extend(spent(bare_loop(url)).await);
        of_plain.extend(spent(deliver(&plain, wide(), DELIVERIES)).await);
        of_sealed.extend(spent(deliver(&sealed, wide(), DELIVERIES)).await);
    }
    if of_bare.len() < ROUNDS {
        println!("this system does not tell processor seconds: they are not measured");
        return Vec::new();
    }
    let [bare, plain, sealed] = [of_bare, of_plain, of_sealed].map(|mut all| percentile(&mut all, 50));
    vec![
        Figure::new("processor seconds, 1000 requests of the bare loop", bare, None),
        Figure::new("processor seconds, 1000 deliveries", plain, Some("<= 0.035")),
        Figure::new("processor, deliveries against the bare loop", plain / bare, None),
        Figure::new("processor, encryption and signature add, s in 1000", sealed - plain, None),
    ]
}

/// Processor seconds per thousand of a run.
async fn spent(run: impl Future<Output = f64>) -> Option<f64> {
    let before = processor_seconds()?;
    run.await;
    #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
    let thousands = DELIVERIES as f64 / 1000.0;
    Some((processor_seconds()? - before) / thousands)
}
