//! The cloud itself: objects, counts, faults.

use super::fault::{Effect, Fault, Gate, Held, strike, turns};
use super::file;
use super::object::{Creation, complete};
use super::schema::SCHEMA;
use crate::Deed;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trueup_schema::{coerce, unknown_computed};
use trueup_value::{Name, Number, Value};

/// The kinds of call that are counted and that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// `validate_config`
    ValidateConfig,
    /// `validate_resource`
    ValidateResource,
    /// `validate_data`
    ValidateData,
    /// `configure`
    Configure,
    /// `upgrade`
    Upgrade,
    /// `read`
    Read,
    /// `read_many`, one however many objects it is about
    ReadMany,
    /// `plan`
    Plan,
    /// `apply` without a prior object
    Create,
    /// `apply` with a prior and a planned object
    Update,
    /// `apply` without a planned object
    Delete,
    /// `open`
    Open,
    /// `renew`
    Renew,
    /// `close`
    Close,
    /// `recover`
    Recover,
    /// `import`
    Import,
    /// `read_data`
    ReadData,
    /// `audit`
    Audit,
}

/// One object in the cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct FakeObject {
    /// The resource type.
    pub kind: Name,
    /// Its id.
    pub id: Name,
    /// The token of the call that made it; empty when a test put it there.
    pub token: Arc<str>,
    /// All of it, of the schema's type.
    pub value: Value,
}

/// Why the cloud refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) summary: &'static str,
    pub(super) detail: String,
}

/// Everything behind the handle.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) objects: BTreeMap<(Name, Name), FakeObject>,
    /// How many objects of a kind and name there ever were.
    pub(super) created: BTreeMap<String, u64>,
    pub(super) gate: Gate,
    /// Who wrote to objects, by kind and id.
    pub(super) deeds: BTreeMap<(Name, Name), Vec<Deed>>,
    pub(super) calls: BTreeMap<Call, u64>,
    pub(super) log: Vec<String>,
    pub(super) faults: Vec<Fault>,
    pub(super) path: Option<PathBuf>,
    /// How often the runtime must come back to each call before it goes on.
    pub(super) pace: u64,
    /// How many calls are under way, and how many there were at most.
    pub(super) busy: (usize, usize),
}

/// The handle of one cloud; clones are the same cloud.
#[derive(Clone, Debug, Default)]
pub struct FakeCloud {
    pub(super) state: Arc<Mutex<State>>,
}

/// A call that is under way.
pub(super) struct Busy(FakeCloud);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.lock().busy.0 -= 1;
    }
}

impl FakeCloud {
    /// An empty cloud in memory.
    pub fn new() -> FakeCloud {
        FakeCloud::default()
    }

    /// The cloud kept in a file, empty when there is none: every change is on disk before its call answers, so
    /// that it outlives a killed process. Counts and faults are the process's own.
    pub fn open(path: &Path) -> io::Result<FakeCloud> {
        let mut state = file::load(path)?;
        state.path = Some(path.to_owned());
        Ok(FakeCloud { state: Arc::new(Mutex::new(state)) })
    }

    /// Everything there is, by kind and id.
    pub fn objects(&self) -> Vec<FakeObject> {
        self.lock().objects.values().cloned().collect()
    }

    /// Puts a write to an object into the audit log.
    pub fn record(&self, kind: &str, id: &str, deed: Deed) {
        self.lock().deeds.entry((kind.into(), id.into())).or_default().push(deed);
    }

    /// One object.
    pub fn object(&self, kind: &str, id: &str) -> Option<Value> {
        self.lock().objects.get(&(kind.into(), id.into())).map(|object| object.value.clone())
    }

    /// Makes an object behind everyone's back and gives its id. `attributes` needs what is required only.
    ///
    /// # Panics
    /// When the attributes don't fit the schema: the test is wrong.
    pub fn insert<'a>(&self, kind: &str, attributes: impl IntoIterator<Item = (&'a str, Value)>) -> Name {
        let schema = SCHEMA.resources.get(kind).expect("the fake cloud has this kind");
        let value = coerce(&schema.block, &Value::object(attributes)).expect("the attributes fit the schema");
        let planned = unknown_computed(&schema.block, &value);
        let creation =
            Creation { kind: kind.into(), planned, region: "out-of-band".into(), token: "".into() };
        self.lock().create(creation).expect("an object that fits is made").id
    }

    /// Changes one attribute behind everyone's back; false when there is no such object.
    pub fn set(&self, kind: &str, id: &str, attribute: &str, value: impl Into<Value>) -> bool {
        let mut state = self.lock();
        let Some(object) = state.objects.get_mut(&(kind.into(), id.into())) else { return false };
        let mut fields = object.value.as_mapping().cloned().unwrap_or_default();
        fields.insert(attribute.into(), value.into());
        object.value = Value::object(fields);
        state.save();
        true
    }

    /// Removes an object behind everyone's back, in use or not; false when there is no such object.
    pub fn remove(&self, kind: &str, id: &str) -> bool {
        let mut state = self.lock();
        let removed = state.objects.remove(&(kind.into(), id.into())).is_some();
        state.save();
        removed
    }

    /// How many calls of each kind there were.
    pub fn calls(&self) -> BTreeMap<Call, u64> {
        self.lock().calls.clone()
    }

    /// How many calls of one kind there were.
    pub fn count(&self, call: Call) -> u64 {
        self.lock().calls.get(&call).copied().unwrap_or(0)
    }

    /// Starts the counts and the log afresh.
    pub fn reset_calls(&self) {
        let mut state = self.lock();
        state.calls.clear();
        state.log.clear();
    }

    /// What was done to objects, in order: `create fake_thing thing-a-1`.
    pub fn log(&self) -> Vec<String> {
        self.lock().log.clone()
    }

    /// Makes the `nth` call of a kind from now on go wrong; 1 is the next one.
    ///
    /// # Panics
    /// When `nth` is 0.
    pub fn fail(&self, call: Call, nth: u64, effect: Effect) {
        assert!(nth > 0, "calls count from 1");
        self.lock().faults.push(Fault { call, left: nth, effect });
    }

    /// Makes every call take so many turns of the runtime, so that calls overlap that may.
    pub fn slow_down(&self, turns: u64) {
        self.lock().pace = turns;
    }

    /// How many calls were under way at once at most since this was asked last; renewals aside, which nobody waits for.
    pub fn peak(&self) -> usize {
        let mut state = self.lock();
        let (now, peak) = state.busy;
        state.busy = (now, now);
        peak
    }

    /// A call is under way until what this gives is dropped.
    pub(super) fn busy(&self) -> Busy {
        let mut state = self.lock();
        state.busy.0 += 1;
        state.busy.1 = state.busy.1.max(state.busy.0);
        Busy(self.clone())
    }

    /// Lets every call go on that hangs now.
    pub fn release(&self) {
        self.lock().gate.release();
    }

    /// How many calls hang now.
    pub fn hanging(&self) -> usize {
        self.lock().gate.hanging
    }

    /// Counts a call; hangs where a fault says so; answers the effect that is left.
    pub(super) async fn enter(&self, call: Call) -> Option<Effect> {
        let (effect, pace) = {
            let mut state = self.lock();
            *state.calls.entry(call).or_default() += 1;
            let pace = state.pace;
            (strike(&mut state.faults, call), pace)
        };
        turns(pace).await;
        if effect == Some(Effect::Hang) {
            Held::new(&self.state).await;
            return None;
        }
        effect
    }

    /// Hangs where the call should hang once it was done.
    pub(super) async fn leave(&self, effect: Option<Effect>) {
        if effect == Some(Effect::HangAfter) {
            Held::new(&self.state).await;
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub(super) fn create(&mut self, creation: Creation) -> Result<FakeObject, Refusal> {
        self.check_parent(&creation.planned, None)?;
        let name = creation.planned.get("name").and_then(Value::as_str).unwrap_or_default();
        let count = self.created.entry(format!("{}/{name}", creation.kind)).or_default();
        *count += 1;
        let short = creation.kind.trim_start_matches("fake_");
        let id: Name = format!("{short}-{name}-{count}").into();
        let value = complete(&creation, &id, 1);
        let object = FakeObject { kind: creation.kind, id, token: creation.token, value };
        self.objects.insert((object.kind.clone(), object.id.clone()), object.clone());
        self.note("create", &object.kind, &object.id);
        Ok(object)
    }

    pub(super) fn update(&mut self, id: &str, change: &Creation) -> Result<FakeObject, Refusal> {
        self.check_parent(&change.planned, Some(id))?;
        let key = (change.kind.clone(), Name::from(id));
        let Some(object) = self.objects.get_mut(&key) else {
            let detail = format!("{} {id:?} doesn't exist in the fake cloud, so it can't be updated.", key.0);
            return Err(Refusal { summary: "Object not found", detail });
        };
        let revision =
            object.value.get("revision").and_then(Value::as_number).and_then(Number::to_i64).unwrap_or(0);
        object.value = complete(change, &key.1, revision + 1);
        let object = object.clone();
        self.note("update", &key.0, id);
        Ok(object)
    }

    pub(super) fn delete(&mut self, kind: &Name, id: &str) -> Result<(), Refusal> {
        let uses = |object: &&FakeObject| object.value.get("parent_id").and_then(Value::as_str) == Some(id);
        if let Some(user) = self.objects.values().find(uses) {
            let detail =
                format!("{kind} {id:?} is the parent of {} {:?}: delete that first.", user.kind, user.id);
            return Err(Refusal { summary: "Object in use", detail });
        }
        // Gone already is as good as deleted, as with the real clouds' providers.
        self.objects.remove(&(kind.clone(), id.into()));
        self.note("delete", kind, id);
        Ok(())
    }

    fn check_parent(&self, planned: &Value, own: Option<&str>) -> Result<(), Refusal> {
        let Some(parent) = planned.get("parent_id").and_then(Value::as_str) else { return Ok(()) };
        if own != Some(parent) && self.objects.keys().any(|(_, id)| **id == *parent) {
            return Ok(());
        }
        let detail = format!("parent_id is {parent:?}, but no object in the fake cloud has this id.");
        Err(Refusal { summary: "Parent not found", detail })
    }

    fn note(&mut self, verb: &str, kind: &str, id: &str) {
        self.log.push(format!("{verb} {kind} {id}"));
        self.save();
    }

    /// A test's disk that fails has no answer worth giving: the test must stop.
    fn save(&self) {
        if let Some(path) = &self.path {
            file::save(path, self).expect("the fake cloud's file can be written");
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.summary, self.detail)
    }
}
