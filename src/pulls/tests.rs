//! Pull requests as data, and what is said against them.

use crate::{
    Checkout, Parent, Refusal, Request, Shown, ShownStack, apply_key, judge, judge_plans, plan_key,
    room_beside,
};
use std::collections::{BTreeMap, BTreeSet};
use trueup_forge::{Head, Kind, Mark, Mergeable, Person, Pull, PullState, Review, Standing, Verdict};
use trueup_stacks::{Branches, Place, Spot, pull_rules};

const HEAD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OLD: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const MERGE: &str = "cccccccccccccccccccccccccccccccccccccccc";

fn person(name: &str) -> Person {
    Person { id: format!("{{id-{name}}}"), name: name.into(), account: Some(name.into()), is_bot: false }
}

fn pull() -> Pull {
    Pull {
        number: 7,
        title: "A change".into(),
        url: "https://h/7".into(),
        state: PullState::Open,
        is_draft: false,
        head: Head { branch: "change".into(), commit: HEAD.into(), is_fork: false },
        base_branch: "main".into(),
        base_commit: None,
        author: person("ann"),
        labels: Vec::new(),
        mergeable: Mergeable::Yes,
    }
}

fn stack(serial: u64, plan: Option<&str>) -> ShownStack {
    ShownStack {
        serial,
        state: ShownStack::state_of("lineage", serial),
        plan: plan.map(str::to_owned),
        changes: plan != Some("none"),
    }
}

fn shown() -> Shown {
    let stacks = [("dns".into(), stack(1, Some("none"))), ("net".into(), stack(3, Some("p")))].into();
    Shown { commit: HEAD.into(), base: "main".into(), link: None, gone: Vec::new(), stacks }
}

fn here() -> Checkout {
    Checkout { commit: Some(HEAD.into()), ..Checkout::default() }
}

fn branches() -> Branches {
    Branches { default: "main".into(), named: Vec::new() }
}

/// Where the stacks of a pull request lie: each where its name says, one elsewhere, and one with a workspace.
fn spots() -> BTreeMap<String, Spot> {
    let spot = |name: &str, place: &str, workspace: Option<&str>| {
        let place = Place::Directory(place.to_owned());
        (name.to_owned(), Spot { place, workspace: workspace.map(str::to_owned) })
    };
    [spot("net", "live/net", None), spot("dns", "dns", None), spot("web", "live/web", Some("prod"))].into()
}

fn parent(commit: &str, is_of_base: bool) -> Parent {
    Parent { commit: commit.into(), is_of_base }
}

fn review(by: &str, verdict: Verdict) -> Review {
    Review { by: person(by), verdict, commit: Some(HEAD.into()), standing: Standing::Writer }
}

#[test]
fn a_pull_request_as_it_should_be_may_be_applied() {
    let check = |what: &str, rules: &str, reviews: &[Review]| {
        let rules = pull_rules(rules).expect("rules");
        let checkout = Checkout {
            commit: Some(MERGE.into()),
            parents: vec![parent(OLD, true), parent(HEAD, false)],
            is_dirty: false,
        };
        let (pull, shown, spots) = (pull(), shown(), spots());
        let request = Request {
            pull: &pull,
            reviews,
            contributors: &BTreeSet::from([person("max").id]),
            rules: &[rules],
            branches: &branches(),
            shown: Some(&shown),
            spots: &spots,
            checkout: &checkout,
        };
        assert_eq!(judge(&request), [], "{what}");
    };
    check("without rules", "", &[]);
    let approved = [review("bob", Verdict::Approved)];
    check("one approval", "pulls {\n  approvals = 1\n}", &approved);
    check("that of an owner", "pulls {\n  approvals = 1\n  owners = [\"@Bob\"]\n}", &approved);
    check(
        "that of a stack's owner, where it has changes",
        "pulls {\n  require_stack_owners = true\n}\nstack \"net\" {\n  owners = [\"bob\"]\n}\nstack \"dns\" {\n  owners = [\"eve\"]\n}",
        &approved,
    );
    for owner in ["{id-bob}", "id-bob"] {
        check("by the id", &format!("pulls {{\n  approvals = 1\n  owners = [\"{owner}\"]\n}}"), &approved);
    }
    let unknown = [Review { standing: Standing::Unknown, ..review("bob", Verdict::Approved) }];
    check("one who is named", "pulls {\n  approvals = 1\n  owners = [\"bob\"]\n}", &unknown);
    check("objections where nobody is asked", "", &[review("bob", Verdict::ChangesRequested)]);
}

#[test]
fn only_a_merge_with_the_base_branch_stands_for_the_last_commit() {
    let check = |what: &str, parents: &[Parent], expected: bool| {
        let checkout =
            Checkout { commit: Some(MERGE.into()), parents: parents.to_vec(), ..Checkout::default() };
        assert_eq!(checkout.holds(HEAD), expected, "{what}");
    };
    check("a merge", &[parent(OLD, true), parent(HEAD, false)], true);
    check("the other way round", &[parent(HEAD, false), parent(OLD, true)], true);
    check("a commit on top", &[parent(HEAD, false)], false);
    check("a commit on top, where the base branch has it", &[parent(HEAD, true)], false);
    check("a merge with another branch", &[parent(HEAD, false), parent(OLD, false)], false);
    check("one of three", &[parent(HEAD, false), parent(OLD, true), parent("dd", false)], false);
    check("a merge of something else", &[parent(OLD, true), parent("dd", false)], false);
    check("the first commit", &[], false);
    assert!(here().holds(HEAD));
}

/// Changes something about what is as it should be.
type Change = fn(&mut Pull, &mut Option<Shown>, &mut Checkout);

#[test]
fn what_stands_against_it_is_told() {
    let check = |change: Change, expected: &[Refusal]| {
        let (mut pull, mut shown, mut checkout) = (pull(), Some(shown()), here());
        change(&mut pull, &mut shown, &mut checkout);
        let (rules, spots) = (pull_rules("").expect("rules"), spots());
        let request = Request {
            pull: &pull,
            reviews: &[],
            contributors: &BTreeSet::new(),
            rules: &[rules],
            branches: &branches(),
            shown: shown.as_ref(),
            spots: &spots,
            checkout: &checkout,
        };
        assert_eq!(judge(&request), expected);
    };
    check(|pull, _, _| pull.state = PullState::Merged, &[Refusal::NotOpen]);
    check(|pull, _, _| pull.is_draft = true, &[Refusal::Draft]);
    check(|pull, _, _| pull.head.is_fork = true, &[Refusal::Fork]);
    check(|_, shown, _| *shown = None, &[Refusal::NothingShown]);
    check(
        |pull, _, _| pull.base_branch = "other".into(),
        &[
            Refusal::BaseBranch { base: "other".into(), allowed: vec!["main".into()] },
            Refusal::OtherBase { shown: "main".into(), now: "other".into() },
        ],
    );
    check(|pull, _, _| pull.mergeable = Mergeable::Conflicts, &[Refusal::Conflicts("main".into())]);
    check(
        |pull, _, _| pull.mergeable = Mergeable::Blocked("behind".into()),
        &[Refusal::Blocked("behind".into())],
    );
    check(|pull, _, _| pull.mergeable = Mergeable::Unknown, &[Refusal::MergeableUnknown]);
    check(|_, _, checkout| checkout.is_dirty = true, &[Refusal::DirtyCheckout]);
    check(
        |_, _, checkout| checkout.commit = Some(OLD.into()),
        &[Refusal::OtherCheckout { here: OLD.into(), wanted: HEAD.into() }],
    );
    check(
        |pull, _, checkout| {
            pull.head.commit = OLD.into();
            checkout.commit = Some(OLD.into());
        },
        &[Refusal::OtherCommit { shown: HEAD.into(), now: OLD.into() }],
    );
    check(
        |_, shown, _| {
            let stacks = &mut shown.as_mut().expect("one").stacks;
            stacks.insert("x".into(), stack(1, None));
        },
        &[Refusal::NotPlanned("x".into())],
    );
}

#[test]
fn the_rules_of_the_default_branch_hold_besides() {
    let check = |what: &str, default: &str, reviews: &[Review], expected: &[&str]| {
        let base = "pulls {\n  approvals = 1\n  require_mergeable = false\n}";
        let rules = [base, default].map(|text| pull_rules(text).expect("rules"));
        let (shown, checkout, spots) = (shown(), here(), spots());
        let pull = Pull { mergeable: Mergeable::Conflicts, ..pull() };
        let request = Request {
            pull: &pull,
            reviews,
            contributors: &BTreeSet::from([person("max").id]),
            rules: &rules,
            branches: &branches(),
            shown: Some(&shown),
            spots: &spots,
            checkout: &checkout,
        };
        let told: Vec<String> = judge(&request).iter().map(Refusal::reason).collect();
        assert_eq!(told, expected, "{what}");
    };
    let bob = [review("bob", Verdict::Approved)];
    let loose = "pulls {\n  require_mergeable = false\n}";
    check("nothing more", loose, &bob, &[]);
    let one = "1 approval is needed of the last commit, and there is none.";
    check("nothing more than in the base branch", loose, &[], &[one]);
    check("told once", "pulls {\n  approvals = 1\n  require_mergeable = false\n}", &[], &[one]);
    let two = "2 approvals are needed of the last commit, and there is one.";
    check("more", "pulls {\n  approvals = 2\n  require_mergeable = false\n}", &bob, &[two]);
    check("a stricter flag", "", &bob, &["It is in conflict with main."]);
    check(
        "owners of a stack",
        &format!(
            "{}\nstack \"net\" {{\n  owners = [\"eve\"]\n}}",
            loose.replace('}', "  require_stack_owners = true\n}")
        ),
        &bob,
        &["None of the owners of the stack net approves: eve."],
    );
}

#[test]
fn only_what_goes_into_named_branches_is_applied() {
    let check = |rules: &str, branch: &str, expected: bool| {
        let named = pull_rules(rules).expect("rules").pulls.branches;
        let branches = Branches { named, ..branches() };
        assert_eq!(branches.include(branch), expected, "{rules} {branch}");
    };
    check("", "main", true);
    check("", "other", false);
    let named = "pulls {\n  branches = [\"main\", \"release/*\"]\n}";
    check(named, "main", true);
    check(named, "release/1", true);
    check(named, "main2", false);
    check("pulls {\n  branches = [\"live\"]\n}", "main", false);
}

#[test]
fn approvals_are_counted() {
    let rules = "pulls {\n  approvals = 1\n}";
    let check = |what: &str, rules: &str, reviews: &[Review], expected: &[&str]| {
        let rules = pull_rules(rules).expect("rules");
        let (pull, shown, checkout, spots) = (pull(), shown(), here(), spots());
        let request = Request {
            pull: &pull,
            reviews,
            contributors: &BTreeSet::from([person("max").id]),
            rules: &[rules],
            branches: &branches(),
            shown: Some(&shown),
            spots: &spots,
            checkout: &checkout,
        };
        let told: Vec<String> = judge(&request).iter().map(Refusal::reason).collect();
        assert_eq!(told, expected, "{what}");
    };
    let none = "1 approval is needed of the last commit, and there is none.";
    check("none", rules, &[], &[none]);
    check("the author's", rules, &[review("ann", Verdict::Approved)], &[none]);
    check("of who made some of its commits", rules, &[review("max", Verdict::Approved)], &[none]);
    let old = Review { commit: Some(OLD.into()), ..review("bob", Verdict::Approved) };
    check("of an earlier commit", rules, &[old], &[none]);
    let anybody = Review { standing: Standing::Reader, ..review("eve", Verdict::Approved) };
    check("of anybody", rules, &[anybody], &[none]);
    let unknown = Review { standing: Standing::Unknown, ..review("eve", Verdict::Approved) };
    check("of who isn't known to write", rules, &[unknown], &[none]);
    check(
        "two of one person",
        "pulls {\n  approvals = 2\n  owners = [\"bob\", \"eve\"]\n}",
        &[review("bob", Verdict::Approved), review("bob", Verdict::Approved)],
        &["2 approvals out of bob, eve are needed of the last commit, and there is one."],
    );
    let called = Person { name: "bob".into(), account: Some("557058:eve".into()), ..person("eve") };
    let called = Review { by: called, ..review("eve", Verdict::Approved) };
    check(
        "of somebody who is only called like an owner",
        "pulls {\n  approvals = 1\n  owners = [\"bob\"]\n}",
        &[called],
        &["1 approval out of bob is needed of the last commit, and there is none."],
    );
    check(
        "one who objects",
        rules,
        &[review("bob", Verdict::Approved), review("eve", Verdict::ChangesRequested)],
        &["eve requests changes."],
    );
    let doubtful = [
        review("bob", Verdict::Approved),
        Review { standing: Standing::Unknown, ..review("eve", Verdict::ChangesRequested) },
    ];
    check("one who isn't known to write objects", rules, &doubtful, &[]);
    let named = "pulls {\n  approvals = 1\n}\nstack \"x\" {\n  path = \"live/net\"\n  owners = [\"eve\"]\n}";
    check("and is named", named, &doubtful, &["eve requests changes."]);
    check(
        "none of the stack's owners",
        "pulls {\n  require_stack_owners = true\n}\nstack \"net\" {\n  owners = [\"@acme/net\", \"eve\"]\n}",
        &[review("bob", Verdict::Approved)],
        &["None of the owners of the stack net approves: @acme/net, eve."],
    );
}

#[test]
fn owners_stay_when_a_stack_gets_another_name() {
    let check = |what: &str, base: &str, approving: &str, expected: &[&str]| {
        let rules =
            pull_rules(&format!("pulls {{\n  require_stack_owners = true\n}}\n{base}")).expect("rules");
        let (pull, checkout, spots) = (pull(), here(), spots());
        let stacks = [("net".into(), stack(3, Some("p"))), ("web".into(), stack(3, Some("p")))].into();
        let shown = Shown { commit: HEAD.into(), base: "main".into(), link: None, gone: Vec::new(), stacks };
        let request = Request {
            pull: &pull,
            reviews: &[review(approving, Verdict::Approved)],
            contributors: &BTreeSet::new(),
            rules: &[rules],
            branches: &branches(),
            shown: Some(&shown),
            spots: &spots,
            checkout: &checkout,
        };
        let told: Vec<String> = judge(&request).iter().map(Refusal::reason).collect();
        assert_eq!(told, expected, "{what}");
    };
    let owned = |name: &str, rest: &str| format!("stack \"{name}\" {{\n  {rest}\n  owners = [\"eve\"]\n}}\n");
    let net = ["None of the owners of the stack net approves: eve."];
    let web = ["None of the owners of the stack web approves: eve."];
    check("its name", &owned("net", "path = \"elsewhere\""), "bob", &net);
    check("its place", &owned("old", "path = \"live/net\""), "bob", &net);
    check("and the owner agrees", &owned("old", "path = \"live/net\""), "eve", &[]);
    let gone = [
        "The stack old of the base branch is not there any more by its name or in its place, and none of its owners \
         approves: eve.",
    ];
    check("another name and another place", &owned("old", "path = \"live/old\""), "bob", &gone);
    check("and the owner agrees", &owned("old", "path = \"live/old\""), "eve", &[]);
    let there = |workspace: &str| owned("old", &format!("path = \"live/web\"\n  {workspace}"));
    check("its workspace", &there("workspace = \"prod\""), "bob", &web);
    check("another workspace", &there("workspace = \"dev\""), "bob", &gone);
    check("any workspace", &there(""), "bob", &web);
    let two = "stack \"net\" {\n  path = \"x\"\n  owners = [\"bob\"]\n}\n".to_owned()
        + &owned("old", "path = \"live/net\"");
    check("name and place: both", &two, "bob", &net);
}

#[test]
fn plans_are_held_against_what_was_shown() {
    let check = |now: &[(&str, ShownStack)], expected: &[Refusal]| {
        let now: BTreeMap<String, ShownStack> =
            now.iter().map(|(name, stack)| ((*name).to_owned(), stack.clone())).collect();
        assert_eq!(judge_plans(&shown(), &now), expected);
    };
    let (dns, net) = (|| ("dns", stack(1, Some("none"))), || ("net", stack(3, Some("p"))));
    check(&[dns(), net()], &[]);
    check(&[dns()], &[Refusal::StackGone("net".into())]);
    check(&[dns(), ("net", stack(3, Some("q")))], &[Refusal::OtherPlan("net".into())]);
    check(&[dns(), ("net", stack(3, None))], &[Refusal::NotPlanned("net".into())]);
    check(
        &[dns(), ("net", stack(4, Some("p")))],
        &[Refusal::StateMoved { stack: "net".into(), shown: 3, now: 4 }],
    );
    let other = ShownStack { state: ShownStack::state_of("another", 3), ..stack(3, Some("p")) };
    check(&[dns(), ("net", other)], &[Refusal::StateMoved { stack: "net".into(), shown: 3, now: 3 }]);
    check(&[dns(), net(), ("x", stack(1, Some("p")))], &[Refusal::StackNotShown("x".into())]);
    check(&[dns(), net(), ("x", stack(1, Some("none")))], &[]);
}

#[test]
fn what_was_shown_is_kept_in_a_mark() {
    let shown = shown();
    assert_eq!(Shown::read(&shown.write()), Ok(shown.clone()));
    assert!(!shown.write().contains("lineage"));
    let more = Shown { link: Some("https://h/run/1".into()), gone: vec!["old".into()], ..shown.clone() };
    assert_eq!(Shown::read(&more.write()), Ok(more));
    for text in ["", "{}", &shown.write().replace("\"v\":2", "\"v\":1")] {
        assert!(Shown::read(text).is_err(), "{text}");
    }
    // Two hundred stacks leave room for words, at each forge.
    let stacks = (0..200).map(|at| (format!("live/region/stack-{at}"), stack(9, Some(&"f".repeat(64)))));
    let many = Shown { stacks: stacks.collect(), ..shown };
    for kind in Kind::ALL {
        let mark = Mark { key: plan_key(None), data: many.write() };
        let found = Mark::find(kind, &format!("{}\nx", mark.line(kind)), "plan").expect("a mark");
        assert_eq!(Shown::read(&found.data), Ok(many.clone()), "{kind:?}");
        assert!(room_beside(&mark, kind) > 1000, "{kind:?}: {}", room_beside(&mark, kind));
    }
    assert_eq!((plan_key(Some("a")), apply_key(None)), ("plan/a".into(), "apply".into()));
}
