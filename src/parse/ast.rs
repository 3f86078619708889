//! The typed view of a parsed file: what later rooms read. Every node knows its span.

use std::sync::Arc;
use trueup_diag::Span;

/// Which of the two syntaxes a body was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// The native syntax (`.tf`).
    Native,
    /// The JSON variant (`.tf.json`), where a property may be an attribute or blocks, as the schema says.
    Json,
}

/// An identifier and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The identifier.
    pub text: Arc<str>,
    /// Its place.
    pub span: Span,
}

/// The content of a file or a block, in source order.
#[derive(Clone, Debug)]
pub struct Body {
    /// Native or JSON.
    pub syntax: Syntax,
    /// `name = expression`; in JSON every property stands here.
    pub attributes: Vec<Attribute>,
    /// Nested blocks; none in JSON until a schema names them (see [`Body::content`]).
    pub blocks: Vec<Block>,
    /// From the opening to the closing brace; the whole of a file.
    pub span: Span,
    /// Where to point when something is missing: the closing brace, the end of a file.
    pub end_span: Span,
}

/// `name = expression`.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The name.
    pub name: Name,
    /// The right side.
    pub expr: Expr,
    /// The whole line or lines.
    pub span: Span,
}

/// `kind "label" ... { body }`.
#[derive(Clone, Debug)]
pub struct Block {
    /// The block type.
    pub kind: Name,
    /// The labels with their quotes removed.
    pub labels: Vec<Name>,
    /// The content.
    pub body: Body,
    /// From the type to the last label.
    pub header_span: Span,
    /// The whole block.
    pub span: Span,
}

/// An expression. Long chains (`a + b + c...`) are deep on their left side only: a walk that may meet one follows
/// `left` in a loop. Dropping and cloning do; take an expression apart by value with [`Expr::into_kind`].
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// The forms of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number as written, such as `1e400`.
    Number(Arc<str>),
    /// A quoted string or heredoc: escapes undone, trimming and flush indentation applied. The result is a string.
    /// A plain string is one literal part; the empty string has no parts.
    Template(Vec<TemplatePart>),
    /// `"${x}"` and nothing else: the value of `x`, its type kept.
    TemplateWrap(Box<Expr>),
    /// The first word of a reference: `var`, `local`, `aws_vpc`, a `for` symbol...
    Variable(Arc<str>),
    /// `on.name`.
    Attribute {
        /// Left of the dot.
        on: Box<Expr>,
        /// The name.
        name: Name,
    },
    /// `on[key]`, and the legacy `on.0`.
    Index {
        /// Left of the bracket.
        on: Box<Expr>,
        /// The key.
        key: Box<Expr>,
        /// Written as `on.0`.
        legacy: bool,
    },
    /// `on[*]...` and `on.*...`: `each` is evaluated for every element, which [`ExprKind::SplatItem`] stands for in it.
    Splat {
        /// What is splatted.
        on: Box<Expr>,
        /// What happens to each element.
        each: Box<Expr>,
    },
    /// The element in the innermost splat.
    SplatItem,
    /// `name(arguments...)`; namespaced names are joined: `provider::aws::arn_parse`.
    Call {
        /// The function.
        name: Name,
        /// The arguments.
        args: Vec<Expr>,
        /// The last argument has `...` behind it.
        expand_last: bool,
    },
    /// `[a, b]`.
    Tuple(Vec<Expr>),
    /// `{ a = b }`.
    Object(Vec<ObjectItem>),
    /// `[for k, v in x : y if z]` and `{for k, v in x : k => v...}`.
    For(Box<ForExpr>),
    /// `a ? b : c`.
    Conditional {
        /// The condition.
        condition: Box<Expr>,
        /// If true.
        then: Box<Expr>,
        /// If false.
        otherwise: Box<Expr>,
    },
    /// `a + b`.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// `-a`, `!a`.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: Box<Expr>,
    },
    /// `(a)`.
    Paren(Box<Expr>),
    /// A place where an expression should be; the parser has reported it.
    Error,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Text.
    Literal(Arc<str>),
    /// `${x}`.
    Interpolation(Expr),
    /// `%{ if c }...%{ else }...%{ endif }`.
    If {
        /// The condition.
        condition: Expr,
        /// If true.
        then: Vec<TemplatePart>,
        /// If false; empty without `else`.
        otherwise: Vec<TemplatePart>,
    },
    /// `%{ for k, v in x }...%{ endfor }`.
    For {
        /// The symbol for the key or index.
        key: Option<Name>,
        /// The symbol for the element.
        value: Name,
        /// What is walked.
        collection: Expr,
        /// Written for each element.
        body: Vec<TemplatePart>,
    },
}

/// One `key = value` of an object.
#[derive(Clone, Debug)]
pub struct ObjectItem {
    /// The key.
    pub key: ObjectKey,
    /// The value.
    pub value: Expr,
}

/// An object key.
#[derive(Clone, Debug)]
pub enum ObjectKey {
    /// A bare word: itself.
    Name(Name),
    /// Anything else: quoted, or in parentheses.
    Expr(Expr),
}

/// A `for` expression.
#[derive(Clone, Debug)]
pub struct ForExpr {
    /// The symbol for the key or index.
    pub key: Option<Name>,
    /// The symbol for the element.
    pub value: Name,
    /// What is walked.
    pub collection: Expr,
    /// `Some` makes an object.
    pub result_key: Option<Expr>,
    /// The element, or the value in the object.
    pub result: Expr,
    /// `if`.
    pub condition: Option<Expr>,
    /// `...` behind the value.
    pub group: bool,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `!`
    Not,
}
