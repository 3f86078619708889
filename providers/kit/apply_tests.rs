//! Creations whose calls are refused, or get no answer: what is looked for, and when the end counts as known.

use super::*;
use crate::{Catalog, Offer, Outside, Readings, TagPolicy};
use async_trait::async_trait;
use std::collections::VecDeque;
use std::sync::{Mutex, OnceLock};
use trueup_value::Type;

/// What a cloud does: at each creation, and at each look at what it made. The last of each goes on for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Makes,
    /// It makes it, but nobody hears of it.
    MakesUnheard,
    Fails(FaultKind),
    /// It finds what is there.
    Looks,
    /// The same, but not before something else was tried.
    LooksLate,
    FindsNothing,
    Deletes,
}

struct Script {
    creations: Mutex<VecDeque<Does>>,
    looks: Mutex<VecDeque<Does>>,
    deletions: Mutex<VecDeque<Does>>,
    made: Mutex<usize>,
    tried: Mutex<usize>,
    looked: Mutex<usize>,
}

fn next(plays: &Mutex<VecDeque<Does>>) -> Does {
    let mut plays = plays.lock().expect("no test panics with it");
    if plays.len() > 1 { plays.pop_front().expect("there are several") } else { plays[0] }
}

struct Toy {
    script: Arc<Script>,
    tags: TagPolicy,
}

struct Disk;

#[async_trait]
impl Resource<Script> for Disk {
    async fn read_many(&self, site: &Script, objects: Vec<Object>) -> Readings {
        let is_there = *site.made.lock().expect("no test panics with it") > 0;
        objects.into_iter().map(|object| Ok(is_there.then_some(object))).collect()
    }

    async fn create(&self, call: &Call<'_, Script>, object: &mut Object) -> Result<(), Fault> {
        *call.site.tried.lock().expect("no test panics with it") += 1;
        let does = next(&call.site.creations);
        if let Does::Fails(kind) = does {
            return Err(Fault::new(kind, "refused"));
        }
        *call.site.made.lock().expect("no test panics with it") += 1;
        if does == Does::MakesUnheard {
            return Err(Fault::new(FaultKind::Unanswered, "silence"));
        }
        object.put_text("id", Some("disk"));
        Ok(())
    }

    async fn update(&self, _: &Call<'_, Script>, _: &Object, _: &mut Object) -> Result<(), Fault> {
        Ok(())
    }

    async fn delete(&self, call: &Call<'_, Script>, _: &Object) -> Result<(), Fault> {
        *call.site.tried.lock().expect("no test panics with it") += 1;
        let mut made = call.site.made.lock().expect("no test panics with it");
        let does = next(&call.site.deletions);
        if does == Does::Deletes {
            *made = 0;
        }
        match does {
            Does::Fails(kind) => Err(Fault::new(kind, "refused")),
            _ => Ok(()),
        }
    }

    async fn recover(&self, call: &Call<'_, Script>, object: &mut Object) -> Result<bool, Fault> {
        *call.site.looked.lock().expect("no test panics with it") += 1;
        let made = *call.site.made.lock().expect("no test panics with it") > 0;
        let tried_again = *call.site.tried.lock().expect("no test panics with it") > 1;
        let found = match next(&call.site.looks) {
            Does::Fails(kind) => return Err(Fault::new(kind, "no look")),
            Does::Looks => made,
            Does::LooksLate => made && tried_again,
            _ => false,
        };
        object.put_text("id", found.then_some("disk"));
        Ok(found)
    }
}

#[async_trait]
impl Cloud for Toy {
    type Site = Script;

    fn catalog() -> &'static Catalog<Script> {
        static CATALOG: OnceLock<Catalog<Script>> = OnceLock::new();
        let schema = r#"{"block": {"attributes": {
            "id": {"type": "string", "computed": true},
            "name": {"type": "string", "required": true}}}}"#;
        let offers: [Offer<dyn Resource<Script>>; 1] =
            [Offer { kind: "disk", noun: "Disk", schema, code: &Disk }];
        CATALOG.get_or_init(|| Catalog::new(r#"{"block": {}}"#, &offers, &[], &[]))
    }

    fn validate(_config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn connect(_config: &Value, _outside: &Outside) -> Result<Toy, Diagnostics> {
        Err(Diagnostics::new())
    }

    fn tags(&self) -> &TagPolicy {
        &self.tags
    }

    fn region(&self) -> Option<&str> {
        None
    }

    fn calls(&self) -> u64 {
        0
    }

    fn site(&self, _region: Option<&str>) -> Result<Arc<Script>, Fault> {
        Ok(self.script.clone())
    }
}

/// What came of a creation: whether there is an object, whether the end is unknown, how many were made, and whether
/// anybody looked.
async fn check(creations: &[Does], looks: &[Does], expected: (bool, bool, usize, bool)) {
    let script = Script {
        creations: Mutex::new(creations.iter().copied().collect()),
        looks: Mutex::new(looks.iter().copied().collect()),
        deletions: Mutex::new(VecDeque::from([Does::Deletes])),
        made: Mutex::new(0),
        tried: Mutex::new(0),
        looked: Mutex::new(0),
    };
    let toy = Toy { script: Arc::new(script), tags: TagPolicy::none() };
    let entry = Toy::catalog().resource("disk").expect("it is offered");
    let planned = Value::object([("id", Value::unknown(Type::String)), ("name", Value::from("a"))]);
    let request = ApplyRequest {
        kind: "disk".into(),
        prior: entry.null(),
        config: planned.clone(),
        planned,
        private: Private::from([]),
        token: "t".into(),
    };
    let answer = apply(&toy, entry, request).await;
    let made = *toy.script.made.lock().expect("no test panics with it");
    let looked = *toy.script.looked.lock().expect("no test panics with it") > 0;
    let came = (!answer.state.is_null(), answer.end_unknown, made, looked);
    assert_eq!(came, expected, "{creations:?} {looks:?}: {:?}", answer.diagnostics);
    assert_eq!(answer.diagnostics.has_errors(), !came.0, "{creations:?} {looks:?}");
}

#[tokio::test(start_paused = true)]
async fn only_what_got_no_answer_is_looked_for_and_stays_open() {
    use Does::{Fails, FindsNothing, Looks, Makes, MakesUnheard};
    use FaultKind::{Denied, Exists, Invalid, Throttled, Unanswered};
    check(&[Makes], &[Looks], (true, false, 1, false)).await;
    // Refusals: nothing is looked for, whatever is there.
    for kind in [Denied, Exists, Invalid, Throttled] {
        check(&[Fails(kind)], &[Looks], (false, false, 0, false)).await;
    }
    // The answer got lost.
    check(&[MakesUnheard], &[Looks], (true, false, 1, true)).await;
    check(&[MakesUnheard], &[FindsNothing, FindsNothing, Looks], (true, false, 1, true)).await;
    check(&[Fails(Unanswered), Makes], &[FindsNothing], (true, false, 1, true)).await;
    // It can't be told: the next run has to look.
    check(&[Fails(Unanswered)], &[FindsNothing], (false, true, 0, true)).await;
    check(&[MakesUnheard], &[Fails(Denied)], (false, true, 1, true)).await;
    check(&[Fails(Unanswered), Fails(Denied)], &[FindsNothing], (false, true, 0, true)).await;
    check(&[MakesUnheard, Fails(Exists)], &[Fails(Unanswered)], (false, true, 1, true)).await;
    // Somebody else's stands where it would be: it was not made.
    check(&[Fails(Unanswered)], &[Fails(Exists)], (false, false, 0, true)).await;
}

/// What an attempt without an answer made shows only once the next attempt is refused because of it.
#[tokio::test(start_paused = true)]
async fn a_refusal_may_be_the_echo_of_a_lost_answer() {
    use Does::{Fails, LooksLate, MakesUnheard};
    check(&[MakesUnheard, Fails(FaultKind::Exists)], &[LooksLate], (true, false, 1, true)).await;
}

/// What was tried so often, and whether it is still on record, after a deletion of something that is there or not.
async fn check_deletion(is_there: bool, deletions: &[Does], expected: (Option<usize>, bool)) {
    let script = Script {
        creations: Mutex::new(VecDeque::from([Does::Makes])),
        looks: Mutex::new(VecDeque::from([Does::Looks])),
        deletions: Mutex::new(deletions.iter().copied().collect()),
        made: Mutex::new(usize::from(is_there)),
        tried: Mutex::new(0),
        looked: Mutex::new(0),
    };
    let toy = Toy { script: Arc::new(script), tags: TagPolicy::none() };
    let entry = Toy::catalog().resource("disk").expect("it is offered");
    let request = ApplyRequest {
        kind: "disk".into(),
        prior: Value::object([("id", Value::from("disk")), ("name", Value::from("a"))]),
        config: entry.null(),
        planned: entry.null(),
        private: Private::from([]),
        token: "t".into(),
    };
    let answer = apply(&toy, entry, request).await;
    let tried = *toy.script.tried.lock().expect("no test panics with it");
    let is_left = !answer.state.is_null();
    assert_eq!((expected.0.map(|_| tried), is_left), expected, "{deletions:?}: {:?}", answer.diagnostics);
    assert_eq!(answer.diagnostics.has_errors(), is_left, "{deletions:?}");
}

/// Something that isn't found on the way to a deletion isn't the thing itself: that counts as deleted when a look doesn't
/// find it.
#[tokio::test(start_paused = true)]
async fn a_deletion_ends_when_a_look_finds_nothing() {
    use Does::{Deletes, Fails};
    use FaultKind::{Denied, NotFound, Unanswered};
    check_deletion(true, &[Deletes], (Some(1), false)).await;
    check_deletion(false, &[Fails(NotFound)], (Some(1), false)).await;
    check_deletion(true, &[Fails(NotFound), Deletes], (Some(2), false)).await;
    check_deletion(true, &[Fails(NotFound)], (None, true)).await;
    check_deletion(true, &[Fails(NotFound), Fails(Denied)], (Some(2), true)).await;
    check_deletion(true, &[Fails(Unanswered), Deletes], (Some(2), false)).await;
}
