//! Reports in every format, on plans and drift that hold something of everything.

use super::plans::plan;
use super::{Offered, change, nothing, object};
use crate::format::{BYTES_MIN, Format, Limits, Section, write};
use crate::report::{Finding, Level, Report, Scene, Subject};
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_diff::{Action, Reason};
use trueup_document::drift::Told;
use trueup_drift::{
    Correction, Deed, DriftDocument, DriftKind, Ignored, Judged, Left, Refused, ResourceDrift, drift_document,
};
use trueup_plan::{Importing, OutputChange, Plan, PlanMode};
use trueup_resolve::Program;
use trueup_stacks::IgnoreRule;
use trueup_state::Commit;
use trueup_value::{Marks, Path, PathStep, Type, Value};

const FORMATS: [Format; 6] =
    [Format::Markdown, Format::Html, Format::Junit, Format::Sarif, Format::Gitlab, Format::CodeQuality];

/// What nobody wants to see anywhere.
const SECRET: &str = "hush";
/// What breaks out of whatever it can.
const HOSTILE: &str = "``` ```` </code></pre></details><script>alert(1)</script> @someone #12 ]]> | [x](javascript:y) {0} \u{202e}\u{1b}[2J\u{1}";

fn report(plan: &Plan) -> Report {
    let offered = Offered::new();
    let (program, sources) = (Program::default(), Sources::default());
    let scene = Scene { program: &program, sources: &sources, schemas: &offered, directory: "" };
    Report::of_plan(plan, &scene).expect("a report")
}

fn one(report: &Report, format: Format) -> String {
    write(&[Section { stack: "", report }], format, Limits::default())
}

fn named(name: &str) -> Value {
    object(&[("id", "i-1".into()), ("name", name.into())])
}

fn secret(text: &str) -> Value {
    Value::from(format!("{SECRET}, my {text}")).mark(Marks::SENSITIVE)
}

/// Something of everything.
fn everything() -> Plan {
    let long = |middle: &str| format!("first\n+ looks like one\n{middle}\nlast\n");
    let full = |word: &str| {
        object(&[
            ("id", "i-2".into()),
            ("name", word.into()),
            ("script", long(word).into()),
            ("policy", format!("{{\"a\":[1,2],\"b\":\"{word}\"}}").into()),
            ("zones", Value::list(Type::String, [Value::from("a"), word.into(), "c".into()])),
            ("tags", Value::map(Type::String, [("same", Value::from("x")), ("word", word.into())])),
            ("password", secret(word)),
            (
                "count_wanted",
                if word == "x" { 987_654.into() } else { Value::from(987_654).mark(Marks::SENSITIVE) },
            ),
            ("any", Value::object([("deep", secret(word)), ("open", Value::from(word))])),
        ])
    };
    let mut replaced = change("test_thing.replaced", Action::DeleteThenCreate, named("a"), named("b"));
    replaced.change.reason = Some(Reason::ReplaceBecauseCannotUpdate);
    replaced.change.replace_paths = vec![Path(vec![PathStep::Attribute("name".into())])];
    let mut moved = change("test_thing.moved", Action::NoOp, named("m"), named("m"));
    moved.previous = Some("test_thing.old".parse().expect("an address"));
    let mut imported = change("test_thing.imported", Action::NoOp, named("i"), named("i"));
    imported.importing = Some(Importing::Id("i-9".into()));
    let unknown = object(&[("id", Value::unknown(Type::String)), ("script", long("new").into())]);
    let mut gone = change("module.inner[\"a.b\"].test_thing.gone[0]", Action::Delete, full("x"), nothing());
    gone.change.reason = Some(Reason::DeleteBecauseNoModule);
    let mut all = plan(
        PlanMode::Normal,
        vec![
            change("data.test_thing.later", Action::Read, nothing(), named("x")),
            gone,
            change("test_thing.forgotten", Action::Forget, named("f"), nothing()),
            imported,
            change("test_thing.made", Action::Create, nothing(), unknown),
            moved,
            replaced,
            change("test_thing.same", Action::NoOp, named("s"), named("s")),
            change("test_thing.updated", Action::Update, full("x"), full("y")),
        ],
    );
    let output = |action, before, after, sensitive| OutputChange { action, before, after, sensitive };
    let none = || Value::null(Type::Dynamic);
    all.outputs = [
        ("new".into(), output(Action::Create, none(), Value::tuple([Value::from(1)]), false)),
        ("secret".into(), output(Action::Update, SECRET.into(), "hush hush".into(), true)),
    ]
    .into();
    let hash = "0123456789abcdef0123456789abcdef01234567".to_owned();
    all.commit = Some(Commit { hash, branch: Some("main".into()), dirty: false });
    all
}

/// A plan all of whose texts are up to something.
fn hostile() -> Plan {
    let nasty = |more: &str| {
        object(&[
            ("name", HOSTILE.into()),
            ("script", format!("{HOSTILE}\n/approve\n{more}\n{HOSTILE}").into()),
            ("tags", Value::map(Type::String, [(HOSTILE, Value::from(more))])),
        ])
    };
    let mut addr = change("test_thing.a", Action::Update, nasty("a"), nasty("b"));
    addr.addr.key = trueup_addr::InstanceKey::Text(HOSTILE.into());
    let mut gone = addr.clone();
    gone.change.action = Action::Delete;
    gone.change.after = nothing();
    gone.change.reason = Some(Reason::DeleteBecauseEachKey);
    let mut moved = addr.clone();
    moved.change.action = Action::NoOp;
    moved.change.before = moved.change.after.clone();
    moved.previous = Some(addr.addr.clone());
    moved.addr.key = trueup_addr::InstanceKey::Int(1);
    let mut imported = addr.clone();
    imported.addr.key = trueup_addr::InstanceKey::Int(2);
    imported.importing = Some(Importing::Id(HOSTILE.into()));
    plan(PlanMode::Normal, vec![addr, gone, moved, imported])
}

fn found() -> Diagnostics {
    let mut found = Diagnostics::new();
    found.push(Diagnostic::warning("Something is deprecated", HOSTILE));
    found.push(Diagnostic::error(HOSTILE, "It went wrong.\nOn two lines.").hint("try again"));
    found
}

/// Text outside of fences and code, in which nothing of a value may stand.
fn outside(markdown: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<String> = None;
    for line in markdown.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => out.push_str(&(without_code(line) + "\n")),
        }
    }
    assert_eq!(fence, None, "every fence is closed: {markdown}");
    out
}

fn without_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    loop {
        let ticks = rest.find('`');
        let element = rest.find("<code>");
        let (start, end) = match (ticks, element) {
            (None, None) => return out + rest,
            (ticks, Some(at)) if ticks.is_none_or(|ticks| at < ticks) => {
                let end = rest.find("</code>").expect("the element is closed") + "</code>".len();
                assert!(!rest[at + 6..end - 7].contains('<'), "{line}");
                (at, end)
            }
            (Some(at), _) => {
                let run = rest[at..].chars().take_while(|c| *c == '`').count();
                let close = "`".repeat(run);
                let inner = &rest[at + run..];
                let mut from = 0;
                let end = loop {
                    let found = from + inner[from..].find(&close).expect("the span is closed");
                    let length = inner[found..].chars().take_while(|c| *c == '`').count();
                    if length == run {
                        break at + run + found + run;
                    }
                    from = found + length;
                };
                (at, end)
            }
            (None, Some(_)) => unreachable!("the guard above holds without ticks"),
        };
        out.push_str(&rest[..start]);
        rest = &rest[end..];
    }
}

#[test]
fn a_plan_in_every_format() {
    let mut report = report(&everything());
    report.diagnose(&found(), (&Sources::default(), ""));
    for (name, format) in [
        ("markdown", Format::Markdown),
        ("junit", Format::Junit),
        ("sarif", Format::Sarif),
        ("gitlab", Format::Gitlab),
        ("codequality", Format::CodeQuality),
    ] {
        let text = one(&report, format).replace(trueup_document::VERSION, "VERSION");
        insta::assert_snapshot!(format!("a_plan_as_{name}"), text);
    }
    let html = one(&report, Format::Html).replace(trueup_document::VERSION, "VERSION");
    let body = html.split("</head>").nth(1).and_then(|body| body.split("<script>").next());
    insta::assert_snapshot!("a_plan_as_html", body.expect("a body"));
}

#[test]
fn nothing_sensitive_is_in_any_format() {
    let mut plan = everything();
    // What a provider copies out of what is sensitive is no less so.
    let copied = |word: &str| {
        object(&[
            ("name", word.into()),
            ("script", format!("{SECRET}, my {word}").into()),
            ("policy", format!("{{\"a\":\"{SECRET}, my {word}\"}}").into()),
            ("tags", Value::map(Type::String, [("t", Value::from(format!("a {SECRET}, my {word}")))])),
        ])
    };
    plan.changes.push(change("test_thing.copy", Action::Update, copied("x"), copied("y")));
    plan.drift = vec![change(
        "test_thing.updated",
        Action::Update,
        object(&[("password", "hush old".into()), ("script", "hush\nold".into())]),
        object(&[("password", secret("new")), ("script", Value::from("hush\nnew").mark(Marks::SENSITIVE))]),
    )];
    for mode in [PlanMode::Normal, PlanMode::RefreshOnly] {
        plan.mode = mode;
        let report = report(&plan);
        for format in FORMATS {
            let text = one(&report, format);
            assert!(!text.contains(SECRET) && !text.contains("987654"), "{format:?} of {mode:?}: {text}");
            assert_eq!(text, one(&report, format), "{format:?}: the same again");
        }
    }
}

/// A condition is told once, as gravely as it is; what isn't its own is told besides.
#[test]
fn conditions_are_told_once() {
    let check = |found: Diagnostic, wanted: &[(Level, &str)]| {
        let mut failing = everything();
        failing.checks = Some(
            r#"[{"object_kind":"resource","config_addr":"test_thing.updated","status":"fail","objects":[
                {"object_addr":"test_thing.updated","status":"fail","failure_messages":["No good."]}]}]"#
                .into(),
        );
        let mut report = report(&failing);
        report.diagnose(&found.clone().into(), (&Sources::default(), ""));
        let told: Vec<(Level, &str)> = report.findings.iter().map(|one| (one.level, &*one.rule)).collect();
        assert_eq!(told, wanted, "{found:?}");
    };
    let of = |object: &str, detail: &str| Diagnostic::error("Failed", detail).condition_of(object);
    let (failed, error) = ("check/failed", "run/error");
    check(of("test_thing.updated", "No good."), &[(Level::Error, failed)]);
    check(of("test_thing.other", "No good."), &[(Level::Error, error), (Level::Warning, failed)]);
    check(of("test_thing.updated", "Other."), &[(Level::Error, error), (Level::Warning, failed)]);
    let besides = Diagnostic::error("Failed", "No good. The cloud is down.");
    check(besides, &[(Level::Error, error), (Level::Warning, failed)]);
    let warning = Diagnostic::warning("Failed", "No good.").condition_of("test_thing.updated");
    check(warning, &[(Level::Warning, failed)]);
}

#[test]
fn values_break_out_of_nothing() {
    let mut report = report(&hostile());
    report.diagnose(&found(), (&Sources::default(), ""));
    report.findings.push(Finding {
        level: Level::Error,
        rule: "policy/x".into(),
        address: Some("a.b".into()),
        title: "x".into(),
        detail: "```\n@someone".into(),
        place: None,
    });
    for format in FORMATS {
        let text = one(&report, format);
        let bad =
            text.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
        assert_eq!(bad, None, "{format:?}: {text:?}");
    }
    for folds in [true, false] {
        let section =
            [Section { stack: "a|b` @x", report: &report }, Section { stack: "b", report: &report }];
        let text = write(&section, Format::Markdown, Limits { folds, ..Limits::default() });
        let rest = outside(&text);
        for never in ["@", "#1", "<script", "javascript", "/approve", "```", "alert", "{0}"] {
            assert!(!rest.contains(never), "{never} in {rest}\n----\n{text}");
        }
        let tags = rest.matches('<').count();
        let ours = ["<details", "</details>", "<summary>", "</summary>", "<b>", "</b>"];
        assert_eq!(tags, ours.iter().map(|tag| rest.matches(tag).count()).sum::<usize>(), "{rest}");
        assert_eq!(rest.matches("<details").count(), rest.matches("</details>").count());
        for row in rest.lines().filter(|line| line.starts_with('|')) {
            assert!([4, 9].contains(&row.matches('|').count()), "{row}");
        }
    }
    let html = one(&report, Format::Html);
    let (head, body) = html.split_once("</head>").expect("a head");
    assert!(head.contains("default-src 'none'; style-src 'sha256-"), "{head}");
    assert_eq!(body.matches("<script").count(), 1, "{body}");
    assert_eq!(
        (body.matches("<pre>").count(), body.matches("<img").count()),
        (body.matches("</pre>").count(), 0)
    );
    let junit = one(&report, Format::Junit);
    let (opened, closed) = (junit.matches("<![CDATA[").count(), junit.matches("]]>").count());
    assert_eq!(opened, closed, "{junit}");
}

#[test]
fn json_is_json_and_counts_are_right() {
    let report = report(&everything());
    let read = |format| serde_json::from_str::<serde_json::Value>(&one(&report, format)).expect("JSON");
    assert_eq!(read(Format::Gitlab), serde_json::json!({"create": 2, "update": 1, "delete": 2}));
    let sarif = read(Format::Sarif);
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), report.items.len());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
    let quality = read(Format::CodeQuality);
    let prints: std::collections::BTreeSet<&str> =
        quality.as_array().expect("findings").iter().filter_map(|one| one["fingerprint"].as_str()).collect();
    assert_eq!(prints.len(), report.items.len(), "a fingerprint each");
}

#[test]
fn a_comment_keeps_to_its_limit() {
    let (everything, hostile) = (report(&everything()), report(&hostile()));
    let names: Vec<String> = (0..60).map(|index| format!("stack {index}")).collect();
    let many: Vec<Section<'_>> = names
        .iter()
        .enumerate()
        .map(|(index, stack)| Section { stack, report: if index % 2 == 0 { &everything } else { &hostile } })
        .collect();
    let link = Some("https://example.com/whole");
    for sections in [&many[..], &many[..1], &many[1..2], &[Section { stack: "", report: &everything }]] {
        let whole = write(sections, Format::Markdown, Limits::default());
        assert!(!whole.contains("Cut to what fits"));
        for bytes in [0, BYTES_MIN, 1500, 2500, 5000, 20_000, 65_536, whole.len(), whole.len() + 10] {
            let limits = Limits { bytes_max: Some(bytes), link, folds: true };
            let text = write(sections, Format::Markdown, limits);
            assert!(text.len() <= bytes.max(BYTES_MIN), "{} of {bytes}: {text}", text.len());
            let rest = outside(&text);
            assert_eq!(rest.matches("<details").count(), rest.matches("</details>").count(), "{text}");
            let cut = text != whole;
            assert_eq!(cut, text.contains("[The whole](<https://example.com/whole>)"), "{text}");
        }
    }
    let limits = Limits { bytes_max: Some(2600), link, folds: true };
    insta::assert_snapshot!("a_comment_cut", write(&many[..3], Format::Markdown, limits));
    let whole = write(&many[..1], Format::Markdown, Limits { folds: false, ..Limits::default() });
    assert!(!whole.contains("<details"), "{whole}");
    let lost = whole.find("test_thing.replaced` **must").expect("it is told");
    assert!(
        lost < whole.find("test_thing.made` will").expect("it is told"),
        "what is lost comes first: {whole}"
    );
}

/// Something that a rule leaves out, and something that a baseline knows.
fn excused(plan: &Plan) -> Judged {
    let found = |addr: &str, kind| ResourceDrift {
        addr: addr.parse().expect("an address"),
        provider: plan.changes[0].provider.clone(),
        kind,
        action: Action::Update,
        entangled: false,
        of_its_own: false,
        attributes: Vec::new(),
        deeds: Vec::new(),
    };
    let rule = IgnoreRule {
        addresses: Vec::new(),
        types: Vec::new(),
        attributes: Vec::new(),
        reason: "the autoscaler's".into(),
        until: None,
        line: 1,
    };
    Judged {
        ignored: vec![Ignored { drift: found("test_thing.same", DriftKind::Changed), rule }],
        known: vec![found("test_thing.known", DriftKind::Vanished)],
        ..Judged::default()
    }
}

fn many(zones: u32) -> Value {
    let zones = (0..zones).map(|number| Value::from(format!("z{number}")));
    object(&[("zones", Value::list(Type::String, zones))])
}

/// Something of everything that drifts.
fn drifted() -> Plan {
    // What is a secret elsewhere was turned into another one.
    let told = format!("{SECRET}, my b");
    let mut changed = plan(
        PlanMode::Normal,
        vec![
            change("test_thing.changed", Action::Update, named("theirs"), named("ours")),
            change("test_thing.also", Action::Update, named("theirs"), named("ours")),
            change("test_thing.long", Action::Update, many(13), many(12)),
            change("test_thing.turned", Action::Update, named("new one"), named(&told)),
            change("test_thing.turned_too", Action::Update, named("new one"), named(&told)),
            change("test_thing.gone", Action::Create, nothing(), named("g")),
            change("test_thing.later", Action::Update, named("old"), named("new")),
            change("test_thing.same", Action::NoOp, named("s"), named("s")),
            change(
                "test_thing.secret",
                Action::Update,
                object(&[("script", "hush".into())]),
                object(&[("script", secret("b"))]),
            ),
        ],
    );
    changed.drift = vec![
        change("test_thing.changed", Action::Update, named("ours"), named("theirs")),
        change("test_thing.also", Action::Update, named("ours"), named("theirs")),
        change("test_thing.long", Action::Update, many(12), many(13)),
        change("test_thing.turned", Action::Update, named(&told), named("new one")),
        change("test_thing.turned_too", Action::Update, named(&told), named("new one")),
        change("test_thing.gone", Action::Delete, named("g"), nothing()),
        change(
            "test_thing.secret",
            Action::Update,
            object(&[("script", secret("a"))]),
            object(&[("script", "hush".into())]),
        ),
    ];
    changed
}

#[test]
fn drift_in_every_format() {
    let offered = Offered::new();
    let changed = drifted();
    let document = drift_document(&changed, &offered);
    let (program, sources) = (Program::default(), Sources::default());
    let scene = Scene { program: &program, sources: &sources, schemas: &offered, directory: "" };
    let report = |world_only, correction: Option<&Correction>| {
        let told = Told { document: &document, plan: &changed, world_only, correction, reported: None };
        Report::of_drift(&told, &scene).expect("a report")
    };
    let mut all = report(false, None);
    for format in FORMATS {
        let text = one(&all, format);
        assert!(!text.contains(SECRET) && !text.contains("new one"), "{format:?}: {text}");
    }
    let judged = excused(&changed);
    all.excuse(&judged, &scene);
    assert!(!all.unchanged.contains(&"test_thing.same".to_owned()));
    insta::assert_snapshot!("drift_as_markdown", one(&all, Format::Markdown));
    insta::assert_snapshot!("drift_as_junit", one(&all, Format::Junit));
    let html = one(&all, Format::Html);
    assert!(
        html.contains("Different, and not counted") && html.contains("known from the baseline"),
        "{html}"
    );
    let sarif = one(&all, Format::Sarif);
    assert!(!sarif.contains("test_thing.known") && !sarif.contains("test_thing.same"), "{sarif}");
    let world = one(&report(true, None), Format::Junit);
    assert!(!world.contains("drift/unapplied"), "{world}");
    let corrected = vec!["test_thing.changed".parse().expect("an address")];
    let correction = Correction { corrected, ..Correction::default() };
    let text = one(&report(true, Some(&correction)), Format::Junit);
    assert_eq!((world.matches("<failure").count(), text.matches("<failure").count()), (7, 6), "{text}");
    let left = vec![("test_thing.secret".parse().expect("an address"), Left::Entangled)];
    let correction = Correction { left, refused: Some(Refused::NoCommit), ..Correction::default() };
    let text = one(&report(true, Some(&correction)), Format::Markdown);
    assert!(
        text.contains("# left as it is: Git has changes of it") && text.contains("`Nothing was corrected`"),
        "{text}"
    );
    who_changed_it_is_told(&document, &changed, &scene);
}

fn who_changed_it_is_told(document: &DriftDocument, plan: &Plan, scene: &Scene<'_>) {
    let mut blamed = document.clone();
    let (who, from) = ("eve\u{1b}[2J<b>".to_owned(), Some("203.0.113.7".into()));
    let deed = Deed { time: "2026-11-21T10:00:00Z".into(), who, what: "Write".into(), from, with: None };
    blamed.resources[0].deeds.push(deed);
    let told = Told { document: &blamed, plan, world_only: false, correction: None, reported: None };
    let blamed = Report::of_drift(&told, scene).expect("a report");
    for format in [Format::Markdown, Format::Html, Format::Junit, Format::Sarif] {
        let text = one(&blamed, format);
        let is_told =
            text.contains("2026-11-21T10:00:00Z by eve") && text.contains("Write, from 203.0.113.7");
        assert!(is_told && !text.contains(SECRET) && !text.contains('\u{1b}'), "{format:?}: {text}");
        assert!(format != Format::Html || !text.contains("[2J<b>"), "{text}");
    }
}

#[test]
fn what_could_not_be_planned_is_told_too() {
    let mut sources = Sources::default();
    sources.add("main.tf", "x = 1\n");
    let failed = Report::failed(Subject::Plan(PlanMode::Normal), &found(), (&sources, "stacks/a"));
    assert!(one(&failed, Format::Markdown).starts_with("## Planning failed\n"));
    assert!(one(&failed, Format::Junit).contains("errors=\"1\""));
    assert!(one(&failed, Format::Sarif).contains("\"uri\":\"stacks/a/main.tf\""));
    let nothing = report(&plan(PlanMode::Normal, Vec::new()));
    assert!(nothing.is_empty());
    assert_eq!(one(&nothing, Format::Markdown), "## Plan: no changes\n");
    assert!(one(&nothing, Format::Html).contains("Nothing to tell."));
    assert_eq!(one(&nothing, Format::CodeQuality), "[]\n");
    assert_eq!(write(&[], Format::Markdown, Limits::default()), "## No stacks\n");
}
