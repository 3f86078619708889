//! One diagnostic as JSON documents and event streams have it.

use super::enclosing::enclosing;
use super::{Json, head};
use serde::Serialize;
use serde_json::value::RawValue;
use trueup_diag::{
    CalledFunction, Diagnostic, FunctionParameter, Position, Severity, SourceFile, Sources, Span,
};

/// A diagnostic.
#[derive(Debug, Serialize)]
pub(crate) struct DiagnosticWire {
    severity: &'static str,
    summary: String,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<RangeWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<SnippetWire>,
    /// What to do; Terraform has no such field.
    #[serde(skip_serializing_if = "Option::is_none")]
    trueup_hint: Option<String>,
}

#[derive(Debug, Serialize)]
struct RangeWire {
    filename: String,
    start: PositionWire,
    end: PositionWire,
}

#[derive(Debug, Serialize)]
struct PositionWire {
    line: u32,
    column: u32,
    byte: u32,
}

/// The source lines around the place.
#[derive(Debug, Serialize)]
struct SnippetWire {
    /// The header of the block it stands in, such as `resource "aws_vpc" "main"`.
    context: Option<String>,
    code: String,
    start_line: u32,
    /// In bytes from the beginning of `code`.
    highlight_start_offset: u32,
    highlight_end_offset: u32,
    values: Vec<ValueWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_call: Option<CallWire>,
}

/// The function whose call went wrong.
#[derive(Debug, Serialize)]
struct CallWire {
    called_as: String,
    signature: SignatureWire,
}

#[derive(Debug, Serialize)]
struct SignatureWire {
    name: String,
    params: Vec<ParameterWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variadic_param: Option<ParameterWire>,
    return_type: Json,
}

#[derive(Debug, Serialize)]
struct ParameterWire {
    name: String,
    r#type: Json,
}

#[derive(Debug, Serialize)]
struct ValueWire {
    traversal: String,
    statement: String,
}

impl From<Position> for PositionWire {
    fn from(position: Position) -> PositionWire {
        PositionWire { line: position.line, column: position.column, byte: position.byte }
    }
}

/// The word for a severity.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A diagnostic with the source around its place.
pub(crate) fn wire(diagnostic: &Diagnostic, sources: &Sources) -> DiagnosticWire {
    let subject = head::subject(diagnostic, sources);
    DiagnosticWire {
        severity: severity(diagnostic.severity),
        summary: diagnostic.summary.to_string(),
        detail: diagnostic.detail.clone(),
        address: diagnostic.address.clone(),
        range: subject.map(|subject| range(subject, sources)),
        snippet: subject.map(|subject| snippet(diagnostic, subject, sources)),
        trueup_hint: diagnostic.hint.clone(),
    }
}

/// A place without extent is shown as one byte wide, so that there is something to see.
fn range(subject: Span, sources: &Sources) -> RangeWire {
    let (start, end) = sources.range(subject);
    let mut end = PositionWire::from(end);
    if subject.start == subject.end {
        end.byte += 1;
        end.column += 1;
    }
    RangeWire { filename: sources.file(subject.file).name.to_string(), start: start.into(), end }
}

fn snippet(diagnostic: &Diagnostic, subject: Span, sources: &Sources) -> SnippetWire {
    let around = diagnostic.context.filter(|context| context.file == subject.file);
    let (start, end) = sources.range(around.map_or(subject, |context| subject.to(context)));
    let file = sources.file(subject.file);
    let code = lines(file, start.line, end.line);
    let within = |byte: u32| byte.saturating_sub(file.line_start(start.line)).min(length(&code));
    let from = within(subject.start);
    let to = within(subject.end.max(subject.start + 1)).max(from);
    let values = diagnostic.values.iter();
    let values = values.map(|v| ValueWire { traversal: v.traversal.clone(), statement: v.statement.clone() });
    SnippetWire {
        context: enclosing(file, subject),
        start_line: start.line,
        highlight_start_offset: from,
        highlight_end_offset: to,
        values: values.collect(),
        function_call: diagnostic.called.as_deref().map(call),
        code,
    }
}

fn call(called: &CalledFunction) -> CallWire {
    CallWire {
        called_as: called.called_as.clone(),
        signature: SignatureWire {
            name: called.name.clone(),
            params: called.parameters.iter().map(parameter).collect(),
            variadic_param: called.variadic.as_ref().map(parameter),
            return_type: json(&called.returns),
        },
    }
}

fn parameter(parameter: &FunctionParameter) -> ParameterWire {
    ParameterWire { name: parameter.name.clone(), r#type: json(&parameter.ty) }
}

/// A type, which came as JSON text.
fn json(ty: &str) -> Json {
    RawValue::from_string(ty.to_owned()).expect("types are written by an encoder")
}

/// The text of lines, without the last line end.
fn lines(file: &SourceFile, first: u32, last: u32) -> String {
    let lines: Vec<&str> = (first..=last).map(|line| file.line(line)).collect();
    lines.join("\n")
}

fn length(code: &str) -> u32 {
    u32::try_from(code.len()).unwrap_or(u32::MAX)
}
