//! Verifies received requests with a profile.

use std::sync::Arc;

use crate::console::model::effect::{Effect, Purpose};
use crate::console::model::state::State;
use crate::console::model::verifying::{Verified, VerifyRequest, Verifying};
use crate::profile::Profile;
use crate::receiver::{Received, Verifier};

/// Chooses the next or the previous profile of the list, of which the first is the one that is selected there. Before
/// the first there is none.
pub(in crate::console) fn turn(state: &mut State, forward: bool) -> Vec<Effect> {
    let first = state.profiles.list.selected();
    let count = state.profiles.found().len();
    let at = |row: usize| (row + count - first.min(count)) % count.max(1);
    let present = state.receiver.verifying.as_ref().map(|verifying| state.profiles.place(&verifying.profile));
    // 0 is none, 1 the profile that is selected in the list.
    let place = match present {
        None => 0,
        // It is not in the list any more.
        Some(None) => count,
        Some(Some(row)) => at(row) + 1,
    };
    let next = if forward { place + 1 } else { place + count };
    let next = next % (count + 1);
    state.receiver.arrived.forget_verifications();
    let row = next.checked_sub(1).map(|from_first| (first + from_first) % count.max(1));
    let chosen = row.and_then(|row| state.profiles.found().nth(row));
    state.receiver.verifying =
        chosen.map(|row| Verifying { profile: row.id.clone(), title: row.title.clone(), verifier: None });
    reload(state).into_iter().collect()
}

/// Loads the chosen profile, if there is one.
pub(in crate::console) fn reload(state: &State) -> Option<Effect> {
    let chosen = state.receiver.verifying.as_ref()?;
    Some(Effect::LoadProfile(chosen.profile.clone(), Purpose::Verify))
}

/// Takes the chosen profile, and verifies everything that has arrived.
pub(in crate::console) fn loaded(state: &mut State, profile: &Profile) -> Vec<Effect> {
    let receiver = &mut state.receiver;
    let Some(chosen) = receiver.verifying.as_mut().filter(|chosen| chosen.profile == profile.id) else {
        return Vec::new();
    };
    let verifier = Arc::new(Verifier::from(profile));
    profile.title.as_str().clone_into(&mut chosen.title);
    if chosen.verifier.as_ref().is_some_and(|before| **before == *verifier) {
        return Vec::new();
    }
    let leave_out = Effect::LeaveOut(verifier.credential_header().map(str::to_owned));
    chosen.verifier = Some(verifier);
    let requests = receiver.arrived.all().cloned().collect();
    let mut effects = vec![leave_out];
    effects.extend(verify(state, requests));
    effects
}

/// The chosen profile was deleted.
pub(in crate::console) fn gone(state: &mut State) {
    state.receiver.verifying = None;
    state.receiver.arrived.forget_verifications();
}

/// Verifies these requests, if a profile is chosen for that.
pub(in crate::console) fn verify(state: &State, requests: Vec<Arc<Received>>) -> Vec<Effect> {
    let verifier = state.receiver.verifying.as_ref().and_then(|chosen| chosen.verifier.clone());
    match verifier {
        Some(verifier) if !requests.is_empty() => {
            vec![Effect::VerifyRequests(VerifyRequest { verifier, requests })]
        }
        _ => Vec::new(),
    }
}

/// Takes results, unless another profile was chosen meanwhile.
pub(in crate::console) fn verified(state: &mut State, verified: &Verified) {
    let chosen = state.receiver.verifying.as_ref().and_then(|chosen| chosen.verifier.as_ref());
    if chosen.is_some_and(|verifier| Arc::ptr_eq(verifier, &verified.verifier)) {
        for (request, verification) in &verified.results {
            state.receiver.arrived.set_verification(request, verification);
        }
    }
}
