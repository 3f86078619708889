//! Who wrote to objects, and when, as the audit log of their cloud has it.

use trueup_value::{Name, Value};

/// Objects that are asked about.
#[derive(Clone, Debug)]
pub struct AuditRequest {
    /// Which, each as last known.
    pub objects: Vec<Audited>,
    /// From when on, in RFC 3339.
    pub since: String,
    /// Until when, in RFC 3339.
    pub until: String,
}

/// An object that is asked about.
#[derive(Clone, Debug)]
pub struct Audited {
    /// The resource type.
    pub kind: Name,
    /// The object as last known, without marks.
    pub state: Value,
}

/// A write to an object. Whoever made it may have chosen parts of these texts; they hold no values of the object.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deed {
    /// When, in RFC 3339.
    pub time: String,
    /// Who: what the cloud knows them by.
    pub who: String,
    /// What they did: the operation's name.
    pub what: String,
    /// From where: an address or a service.
    pub from: Option<String>,
    /// With what program, as that says of itself.
    pub with: Option<String>,
}

impl Deed {
    /// So much of a text is kept.
    const CHARS_MAX: usize = 256;

    /// The same with texts that are no longer than anybody reads.
    pub fn shortened(self) -> Deed {
        let short = |text: String| match text.char_indices().nth(Deed::CHARS_MAX) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        };
        let Deed { time, who, what, from, with } = self;
        Deed { time, who: short(who), what: short(what), from: from.map(short), with: with.map(short) }
    }
}

/// What an audit log has on objects.
#[derive(Clone, Debug, Default)]
pub struct AuditAnswer {
    /// The writes to each object in the order asked, the latest first, a few at most.
    pub deeds: Vec<Vec<Deed>>,
    /// Why something couldn't be found out, as warnings.
    pub diagnostics: trueup_diag::Diagnostics,
}

impl AuditAnswer {
    /// An answer that knows nothing.
    pub fn none(request: &AuditRequest) -> AuditAnswer {
        AuditAnswer { deeds: vec![Vec::new(); request.objects.len()], ..AuditAnswer::default() }
    }
}
