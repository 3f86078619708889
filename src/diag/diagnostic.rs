//! Diagnostics: one thing that is wrong, or worth a warning, each.

use crate::Span;
use std::borrow::Cow;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The operation cannot go on to its end.
    Error,
    /// The operation goes on; a person should know.
    Warning,
}

/// What a reference in a faulty expression held, said so that its reader needn't guess.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExpressionValue {
    /// The reference as written, such as `var.name`.
    pub traversal: String,
    /// What it held, such as `is "blue"` or `is a list of string`; never a sensitive value.
    pub statement: String,
}

/// The function whose call a diagnostic is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledFunction {
    /// The name as written, which may have a namespace before it.
    pub called_as: String,
    /// The name that it is known by.
    pub name: String,
    /// The parameters that every call fills.
    pub parameters: Vec<FunctionParameter>,
    /// What any further arguments are.
    pub variadic: Option<FunctionParameter>,
    /// The type of its results, as JSON text.
    pub returns: String,
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionParameter {
    /// Its name.
    pub name: String,
    /// Its type, as JSON text.
    pub ty: String,
}

/// One thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// One line, the same words as Terraform's where Terraform has the case.
    pub summary: Cow<'static, str>,
    /// Whole sentences: what was tried, why it failed.
    pub detail: String,
    /// The exact place.
    pub subject: Option<Span>,
    /// The subject is an expression of which only the beginning is to be pointed at: an opening bracket, a function's
    /// name.
    pub head_only: bool,
    /// The surrounding construct, at least the subject.
    pub context: Option<Span>,
    /// The resource instance or other object it is about.
    pub address: Option<String>,
    /// What to do now.
    pub hint: Option<String>,
    /// What the references in the expression held.
    pub values: Vec<ExpressionValue>,
    /// The object one of whose conditions does not hold, or can't be told yet, such as `var.name`; nobody is shown it.
    pub condition_of: Option<String>,
    /// The function whose call it is about.
    pub called: Option<Box<CalledFunction>>,
}

impl Diagnostic {
    /// An error with a summary line and whole sentences of detail.
    pub fn error(summary: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, summary.into(), detail.into())
    }

    /// A warning with a summary line and whole sentences of detail.
    pub fn warning(summary: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, summary.into(), detail.into())
    }

    fn new(severity: Severity, summary: Cow<'static, str>, detail: String) -> Diagnostic {
        Diagnostic {
            severity,
            summary,
            detail,
            subject: None,
            head_only: false,
            context: None,
            address: None,
            hint: None,
            values: Vec::new(),
            condition_of: None,
            called: None,
        }
    }

    /// Names the exact place.
    pub fn at(mut self, subject: Span) -> Diagnostic {
        self.subject = Some(subject);
        self
    }

    /// Names an expression as the place, of which only the beginning is pointed at.
    pub fn at_head(mut self, expression: Span) -> Diagnostic {
        self.subject = Some(expression);
        self.head_only = true;
        self
    }

    /// Names the exact place where there is one.
    pub fn at_opt(mut self, subject: Option<Span>) -> Diagnostic {
        self.subject = self.subject.or(subject);
        self
    }

    /// Names the surrounding construct.
    pub fn within(mut self, context: Span) -> Diagnostic {
        self.context = Some(context);
        self
    }

    /// Names the object it is about.
    pub fn on(mut self, address: impl Into<String>) -> Diagnostic {
        self.address = Some(address.into());
        self
    }

    /// Says what to do now.
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what the references held.
    pub fn with_values(mut self, values: Vec<ExpressionValue>) -> Diagnostic {
        self.values = values;
        self
    }

    /// Names the object whose condition this is about.
    pub fn condition_of(mut self, object: impl Into<String>) -> Diagnostic {
        self.condition_of = Some(object.into());
        self
    }

    /// Names the function whose call it is about.
    pub fn calling(mut self, function: CalledFunction) -> Diagnostic {
        self.called = Some(Box::new(function));
        self
    }

    /// Whether this is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Diagnostics of one operation, in the order they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// None yet.
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.items.push(diagnostic);
    }

    /// Adds all of another collection.
    pub fn append(&mut self, other: Diagnostics) {
        self.items.extend(other.items);
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(Diagnostic::is_error)
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// In order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.items.iter()
    }

    /// Sorted by file, place and summary, exact repeats dropped: the order a reader expects, whatever the order of
    /// work was. Those without a place come last.
    pub fn sorted(mut self) -> Diagnostics {
        self.items.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.subject.is_none(), d.subject, d.address.clone());
            key(a).cmp(&key(b)).then_with(|| a.summary.cmp(&b.summary))
        });
        self.items.dedup();
        self
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Diagnostics {
        Diagnostics { items: vec![diagnostic] }
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, iter: T) {
        self.items.extend(iter);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<T: IntoIterator<Item = Diagnostic>>(iter: T) -> Diagnostics {
        Diagnostics { items: iter.into_iter().collect() }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}
