//! A copy that is interrupted at each of its steps, before the step or right after it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use uuid::Uuid;

use crate::storage::error::{Problem, StoreError};
use crate::storage::log::counts::Counts;
use crate::storage::transfer::batch::{BatchLimit, LaneName, LaneNames, LogBatch, SettingsPage};
use crate::storage::transfer::datum::Datum;
use crate::storage::transfer::store::{Contents, CopySource, CopyTarget, SourceMark, TargetMark};
use crate::storage::transfer::table::{Table, TableRow};
use crate::storage::transfer::{Copied, TransferError, abandon, copy};

/// Deliveries of the source: more than a batch.
const DELIVERIES: i64 = 2500;

/// Both stores, and when the next crash happens.
#[derive(Default)]
struct World {
    source: Option<SourceMark>,
    target: Option<(Uuid, TargetMark)>,
    has_settings: bool,
    /// The deliveries of the target, by their positions in the source.
    copied: Vec<i64>,
    /// So many steps until a crash; none if there is none.
    steps: Option<usize>,
    /// Whether the step at which it crashes is done.
    is_done: bool,
    /// Whether the target loses a delivery.
    loses_one: bool,
}

impl World {
    /// Whether senders find deliveries in both stores, or could.
    fn both_send(&self) -> bool {
        let is_closed = self.source.as_ref().is_some_and(|mark| mark.is_closed);
        let is_open = self.target.as_ref().is_some_and(|(_, mark)| mark.is_finished);
        !is_closed && is_open
    }
}

/// One of the stores.
#[derive(Clone)]
struct Store {
    world: Arc<Mutex<World>>,
    is_source: bool,
}

impl Store {
    /// A change of a store, unless it crashes before that; it may crash right after it.
    fn step<T>(&self, change: impl FnOnce(&mut World) -> T) -> Result<T, StoreError> {
        let mut world = self.world.lock().unwrap();
        let crashes = world.steps == Some(0);
        world.steps = world.steps.map(|steps| steps.saturating_sub(1));
        if crashes && !world.is_done {
            return Err(Problem::Closed.into());
        }
        let changed = change(&mut world);
        assert!(!world.both_send());
        if crashes { Err(Problem::Closed.into()) } else { Ok(changed) }
    }

    fn positions(&self) -> Vec<i64> {
        if self.is_source { (1..=DELIVERIES).collect() } else { self.world.lock().unwrap().copied.clone() }
    }
}

#[async_trait]
impl Contents for Store {
    async fn lanes(&self) -> Result<LaneNames, StoreError> {
        let name =
            LaneName { profile_id: "IN_1".to_owned(), origin: "http://a:80".to_owned(), by_hand: false };
        let number = if self.is_source { 7 } else { 1 };
        let is_there = self.is_source || self.world.lock().unwrap().has_settings;
        Ok(is_there.then_some((number, name)).into_iter().collect())
    }

    async fn settings(&self, table: Table, from: usize, _: usize) -> Result<SettingsPage, StoreError> {
        let is_there = self.is_source || self.world.lock().unwrap().has_settings;
        let rows = if table == Table::Variables && from == 0 && is_there {
            vec![["sms-send", "shop", "", ""].map(|text| Datum::Text(text.to_owned())).to_vec()]
        } else {
            Vec::new()
        };
        Ok(SettingsPage { read: rows.len(), rows, ..SettingsPage::default() })
    }

    async fn log(&self, after: i64, most: BatchLimit) -> Result<LogBatch, StoreError> {
        let positions = self.positions().into_iter().filter(|position| *position > after);
        let positions: Vec<i64> = positions.take(most.deliveries).collect();
        let lane = Datum::Int(if self.is_source { 7 } else { 1 });
        let row = |position: &i64| vec![Datum::Int(*position), Datum::Null, lane.clone()];
        let rows = [positions.iter().map(row).collect(), vec![], vec![], vec![], vec![], vec![], vec![]];
        Ok(LogBatch { end: positions.last().copied(), positions, rows, ..LogBatch::default() })
    }
}

#[async_trait]
impl CopySource for Store {
    fn name(&self) -> String {
        "a.db".to_owned()
    }

    async fn mark(&self) -> Result<Option<SourceMark>, StoreError> {
        self.step(|world| world.source.clone())
    }

    async fn deliveries(&self) -> Result<u64, StoreError> {
        Ok(DELIVERIES.unsigned_abs())
    }

    async fn plan(&self, id: Uuid, target: &str) -> Result<(), StoreError> {
        let target = target.to_owned();
        self.step(|world| {
            assert!(world.source.as_ref().is_none_or(|mark| !mark.is_closed));
            world.source = Some(SourceMark { id, target, is_closed: false, is_finished: false });
        })
    }

    async fn shut(&self) -> Result<(), TransferError> {
        Ok(self.step(|world| world.source.as_mut().unwrap().is_closed = true)?)
    }

    async fn reopen(&self) -> Result<(), StoreError> {
        self.step(|world| {
            assert!(world.copied.is_empty(), "nothing is left in the target");
            world.source = None;
        })
    }

    async fn finish(&self) -> Result<(), StoreError> {
        self.step(|world| world.source.as_mut().unwrap().is_finished = true)
    }
}

#[async_trait]
impl CopyTarget for Store {
    fn name(&self) -> String {
        "postgres://db1/log".to_owned()
    }

    async fn mark(&self, id: Uuid) -> Result<Option<TargetMark>, TransferError> {
        let target = self.step(|world| world.target)?;
        Ok(target.filter(|(there, _)| *there == id).map(|(_, mark)| mark))
    }

    async fn begin(&self, id: Uuid, _: &str) -> Result<TargetMark, TransferError> {
        let new = TargetMark { has_settings: false, read_to: i64::MIN, is_finished: false };
        Ok(self.step(|world| world.target.get_or_insert((id, new)).1)?)
    }

    async fn abandon(&self, id: Uuid) -> Result<(), TransferError> {
        Ok(self.step(|world| {
            assert!(world.target.is_none_or(|(there, mark)| there == id && !mark.is_finished));
            (world.target, world.has_settings) = (None, false);
            world.copied.clear();
        })?)
    }

    async fn write_settings(&self, _: &dyn Contents) -> Result<(), StoreError> {
        self.step(|world| {
            world.has_settings = true;
            world.target.as_mut().unwrap().1.has_settings = true;
        })
    }

    async fn write_log(&self, end: i64, rows: [Vec<TableRow>; Table::LOG.len()]) -> Result<(), StoreError> {
        self.step(|world| {
            assert!(world.source.as_ref().unwrap().is_closed, "what is copied no longer changes");
            let [deliveries, ..] = rows;
            assert!(deliveries.iter().all(|row| row[2] == Datum::Int(1)), "lanes of the target");
            let positions = deliveries.iter().filter_map(|row| row[0].int());
            world.copied.extend(positions.skip(usize::from(world.loses_one)));
            world.target.as_mut().unwrap().1.read_to = end;
        })
    }

    async fn finish(&self, _: &Counts) -> Result<(), TransferError> {
        Ok(self.step(|world| world.target.as_mut().unwrap().1.is_finished = true)?)
    }
}

/// Copies in this world.
async fn run(world: &Arc<Mutex<World>>) -> Result<Option<Copied>, TransferError> {
    let store = |is_source| Store { world: Arc::clone(world), is_source };
    copy(&store(true), &store(false), &mut |_| {}).await
}

/// Abandons a copy in this world.
async fn give_up(world: &Arc<Mutex<World>>) -> Result<bool, TransferError> {
    let store = |is_source| Store { world: Arc::clone(world), is_source };
    abandon(&store(true), &store(false)).await
}

#[tokio::test]
async fn whatever_interrupts_a_copy_it_is_resumed_and_never_do_both_send() {
    for is_done in [false, true] {
        for steps in 0.. {
            let world = World { steps: Some(steps), is_done, ..World::default() };
            let world = Arc::new(Mutex::new(world));
            let crashed = run(&world).await.is_err();
            world.lock().unwrap().steps = None;
            run(&world).await.unwrap();
            assert_eq!(run(&world).await.unwrap(), None, "done before");
            let world = world.lock().unwrap();
            assert!(world.copied.iter().copied().eq(1..=DELIVERIES), "crash at {steps}: each once, in order");
            assert!(world.source.as_ref().unwrap().is_finished && world.target.unwrap().1.is_finished);
            if !crashed {
                assert!(steps > 8, "the steps are interrupted: {steps}");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_copy_is_abandoned_wherever_it_was_interrupted_unless_it_has_finished() {
    for is_done in [false, true] {
        for steps in 0.. {
            let world = Arc::new(Mutex::new(World { steps: Some(steps), is_done, ..World::default() }));
            if run(&world).await.is_ok() {
                break;
            }
            let is_finished = world.lock().unwrap().target.is_some_and(|(_, mark)| mark.is_finished);
            // It is interrupted, too.
            for steps in 0..5 {
                world.lock().unwrap().steps = Some(steps);
                let _ = give_up(&world).await;
            }
            world.lock().unwrap().steps = None;
            let given_up = give_up(&world).await;
            if is_finished {
                assert!(matches!(given_up, Err(TransferError::CopiedBefore { .. })));
            } else {
                assert!(!given_up.unwrap(), "done before");
                let world = world.lock().unwrap();
                assert!(world.source.is_none() && world.target.is_none());
            }
        }
    }
}

#[tokio::test]
async fn a_copy_that_differs_is_not_opened() {
    let world = Arc::new(Mutex::new(World { loses_one: true, ..World::default() }));
    let Err(TransferError::Differs { table, here, there, .. }) = run(&world).await else { panic!() };
    assert_eq!((table, here, there), ("deliveries", 2500, 2497));
    let world = world.lock().unwrap();
    assert!(world.source.as_ref().unwrap().is_closed && !world.target.unwrap().1.is_finished);
}

#[tokio::test]
async fn a_source_that_was_closed_for_one_target_is_not_copied_into_another_one() {
    let world = Arc::new(Mutex::new(World::default()));
    run(&world).await.unwrap();
    world.lock().unwrap().target = None;
    assert!(matches!(run(&world).await, Err(TransferError::CopiedBefore { .. })));
    let mut mark = world.lock().unwrap().source.take().unwrap();
    (mark.is_finished, mark.target) = (false, "postgres://db2/log".to_owned());
    world.lock().unwrap().source = Some(mark);
    assert!(matches!(run(&world).await, Err(TransferError::OtherTarget { .. })));
}
