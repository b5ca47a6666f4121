//! Effects in short words, so that a test can say what it expects.

use crate::console::model::deliveries::bulk::BulkRequest;
use crate::console::model::effect::Effect;
use crate::console::model::program::Program;
use crate::console::model::window::test::samples::SampleChange;
use crate::profile::{Choice as _, ProfileId};

use super::world;

/// An effect in short words; `None` for one that only reads.
pub fn words(effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::LoadProfiles
        | Effect::Check(_)
        | Effect::LoadProfile(..)
        | Effect::LoadOwnVariables
        | Effect::LoadUnsaved
        | Effect::LoadDeliveries(_)
        | Effect::CountNewer(_)
        | Effect::CountMatching(_)
        | Effect::LoadDetails(_)
        | Effect::LoadTestValues(_)
        | Effect::LoadDraft(_)
        | Effect::LoadRevision
        | Effect::LoadBlocks
        | Effect::LoadSenders
        | Effect::LoadBulkActions
        | Effect::LoadOverview(_)
        | Effect::LoadApis
        | Effect::LoadRecent(_)
        | Effect::AskDelete(..)
        | Effect::LoadCounts => return None,
        Effect::Fresh(_) => "fresh".to_owned(),
        Effect::SaveProfile(profile, ..) => format!("save {}", profile.title),
        Effect::OverwriteProfile(profile) => format!("overwrite {}", profile.title),
        Effect::SwitchProfile(profile) => format!("{} {}", profile.status.name(), profile.title),
        Effect::DeleteProfile(id, _) => format!("delete {}", short(id)),
        Effect::RestoreLast => "restore the last".to_owned(),
        Effect::KeepDraft(kept) => format!("keep {}", kept.draft.title),
        Effect::DropDraft(id) => format!("drop {}", short(id)),
        Effect::AddVariable(scope, variable) => format!("add {} to {scope}", variable.name),
        Effect::ChangeVariable(scope, name, variable) => {
            format!("change {name} of {scope} to {} {}", variable.name, variable.sample)
        }
        Effect::RemoveVariable(scope, name) => format!("remove {name} from {scope}"),
        Effect::Test(profile, event, _) => {
            format!("test {} with {}", profile.title, event.map_or("no event", |e| e.name()))
        }
        Effect::Preview(wanted) => format!("preview {}", wanted.profile.title),
        Effect::ReadValues(file) => format!("read {file}"),
        Effect::Cancel(id) => format!("cancel {}", world::number(*id)),
        Effect::RetryNow(id) => format!("retry {}", world::number(*id)),
        Effect::Resend(id) => format!("again {}", world::number(*id)),
        Effect::Pause { profile, on, .. } => {
            let whose = profile.as_ref().map_or("all", short);
            format!("{} {whose}", if *on { "pause" } else { "resume" })
        }
        Effect::CountBulk(many) => format!("count {}", first_line(many)),
        Effect::StartBulk(many) => format!("do {}", first_line(many)),
        Effect::StopBulk => "stop".to_owned(),
        Effect::Copy { text, .. } => format!("copy {text}"),
        Effect::WriteFile { what, .. } => format!("write {what}"),
        Effect::Run(Program::Editor { .. }) => "editor".to_owned(),
        Effect::Run(Program::Pager { .. }) => "pager".to_owned(),
        Effect::CaptureMouse(on) => format!("mouse {on}"),
        Effect::Suspend => "suspend".to_owned(),
        Effect::StartReceiver(_) => "start receiver".to_owned(),
        Effect::SetReceiver(behaviour) => format!("receiver answers {}", behaviour.status),
        Effect::StopReceiver => "stop receiver".to_owned(),
        Effect::VerifyRequests(request) => format!("verify {}", request.requests.len()),
        Effect::ChangeSample(_, SampleChange::Save(sample)) => format!("save sample {}", sample.name),
        Effect::ChangeSample(_, SampleChange::Remove(name)) => format!("remove sample {name}"),
        Effect::LeaveOut(header) => format!("leave out {header:?}"),
        Effect::FilterRequests(paths) => format!("only requests to {paths}"),
        Effect::Replay(request) => format!("replay to {}", request.address),
        Effect::Redraw => "redraw".to_owned(),
        Effect::Quit => "quit".to_owned(),
    })
}

/// The last digits of an id, by which the ids of these tests differ.
fn short(id: &ProfileId) -> &str {
    let text = id.as_str();
    text[text.len() - 12..].trim_start_matches('0')
}

fn first_line(many: &BulkRequest) -> String {
    many.question().lines().next().unwrap_or_default().to_owned()
}
