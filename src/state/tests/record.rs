//! The record beside a state: what is written is read.

use trueup_state::wire::record::{read, write};
use trueup_state::{AppliedCommit, Commit, Record};

#[test]
fn records_are_read_as_written() {
    let commit = Commit { hash: "ab".repeat(20), branch: Some("main".into()), dirty: true };
    let time = "2026-11-23T12:00:00Z";
    let applied = AppliedCommit { commit, time: time.into(), whole: true };
    let mut record = Record { lineage: "l".into(), serial: 7, applied: Some(applied), ..Record::default() };
    record.corrected(["module.m[\"k\"].x.y[0]".parse().expect("an address")], time);
    assert_eq!(read(write(&record).as_bytes()), Ok(record.clone()));
    assert_eq!(read(write(&Record::default()).as_bytes()), Ok(Record::default()));
    let text = write(&record);
    let check = |text: &str, expected: &str| {
        let why = read(text.as_bytes()).expect_err(text);
        assert!(why.contains(expected), "{why}");
    };
    check(&text.replace("\"1.0\"", "\"2.0\""), "its format is 2.0");
    check(&text.replace("module.m", "module m"), "is no address");
    check(&text[..40], "EOF");
}

#[test]
fn the_oldest_corrections_of_an_object_are_dropped() {
    let mut record = Record::default();
    let address = |number: usize| format!("x.y[{number}]").parse().expect("an address");
    record.corrected((0..2000).map(address), "2026-11-22T12:00:00Z");
    assert_eq!(record.corrections.len(), 2000, "others don't count");
    for minute in 0..Record::CORRECTIONS_MAX {
        record.corrected([address(7)], &format!("2026-11-23T12:00:{minute}Z"));
    }
    assert_eq!(record.corrections.len(), 1999 + Record::CORRECTIONS_MAX);
    let of: Vec<&str> =
        record.corrections.iter().filter(|one| one.address == address(7)).map(|one| &*one.time).collect();
    assert_eq!((of.len(), of[0]), (Record::CORRECTIONS_MAX, "2026-11-23T12:00:0Z"));
}
