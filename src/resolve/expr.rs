//! Compiled expressions and bodies: no name is looked up by text while these are evaluated.

use std::sync::Arc;
use trueup_diag::{Diagnostics, Span};
use trueup_parse::ast::{BinaryOp, UnaryOp};
use trueup_value::{Name, Value};

/// A compiled expression.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// The slot of a call to a function that a provider has: its name says which, `provider::LOCAL_NAME::FUNCTION`.
pub const PROVIDER_FUNCTION: u32 = u32::MAX;

/// The slot of a call to a function that nobody has: what evaluates it reports it.
pub const UNKNOWN_FUNCTION: u32 = u32::MAX - 1;

/// The forms of compiled expressions. Parentheses are gone.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A constant.
    Literal(Value),
    /// Parts joined to a string.
    Template(Vec<Part>),
    /// Something declared in the module, or given by the surroundings.
    Reference(Reference),
    /// A local symbol: slot in the stack of `for`, splat and dynamic-block symbols, counted from its bottom.
    Symbol(u32),
    /// `on.name`
    Attribute {
        /// Left of the dot.
        on: Box<Expr>,
        /// The name.
        name: Name,
        /// The name's place.
        name_span: Span,
    },
    /// `on[key]`; `on.0` too.
    Index {
        /// Left of the bracket.
        on: Box<Expr>,
        /// The key.
        key: Box<Expr>,
    },
    /// `on[*]...`: `each` finds the element in symbol slot `slot`.
    Splat {
        /// What is splatted.
        on: Box<Expr>,
        /// The element's slot.
        slot: u32,
        /// What happens to each element.
        each: Box<Expr>,
    },
    /// A function call.
    Call {
        /// Index in the function table given to the compiler, or [`PROVIDER_FUNCTION`].
        function: u32,
        /// The name as written.
        name: Name,
        /// The name's place.
        name_span: Span,
        /// The arguments.
        args: Vec<Expr>,
        /// The last argument has `...` behind it.
        expand_last: bool,
    },
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ a = b }`: keys are expressions; a bare word is a string literal.
    Object(Vec<(Expr, Expr)>),
    /// `for`.
    For(Box<For>),
    /// `a ? b : c`
    Conditional {
        /// The condition.
        condition: Box<Expr>,
        /// If true.
        then: Box<Expr>,
        /// If false.
        otherwise: Box<Expr>,
    },
    /// `a + b`
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// `-a`, `!a`
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: Box<Expr>,
    },
    /// Could not be compiled; reported already. Evaluates to an unknown value of unknown type.
    Error,
}

/// A compiled `for` expression.
#[derive(Clone, Debug)]
pub struct For {
    /// What is walked.
    pub collection: Expr,
    /// Slot of the key or index symbol; the slot is there even when the symbol isn't written.
    pub key_slot: u32,
    /// Slot of the element: always `key_slot + 1`.
    pub value_slot: u32,
    /// `Some` makes an object.
    pub result_key: Option<Expr>,
    /// The element, or the value in the object.
    pub result: Expr,
    /// `if`
    pub condition: Option<Expr>,
    /// `...` behind the value.
    pub group: bool,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text.
    Literal(Arc<str>),
    /// `${x}`
    Interpolation(Expr),
    /// `%{ if c }`
    If {
        /// The condition.
        condition: Expr,
        /// If true.
        then: Vec<Part>,
        /// If false.
        otherwise: Vec<Part>,
    },
    /// `%{ for k, v in x }`
    For {
        /// What is walked.
        collection: Expr,
        /// Slot of the key or index; the element's is the next one.
        key_slot: u32,
        /// Written for each element.
        body: Vec<Part>,
    },
}

/// What a reference means. Numbers are slots in the tables of [`crate::Module`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// `var.x`
    Variable(u32),
    /// `local.x`
    Local(u32),
    /// `aws_vpc.x`, `data.aws_ami.x`, `ephemeral.x.y`: all instances of it.
    Resource(u32),
    /// `module.x`: all instances of the call.
    Module(u32),
    /// `path.module`
    PathModule,
    /// `path.root`
    PathRoot,
    /// `path.cwd`
    PathCwd,
    /// `terraform.workspace` (and `tofu.workspace`)
    Workspace,
    /// `terraform.applying`
    Applying,
    /// `count.index`
    CountIndex,
    /// `each.key`
    EachKey,
    /// `each.value`
    EachValue,
    /// `self`
    Itself,
    /// `output.x`: only in test files.
    Output(u32),
}

/// A compiled body: what a schema will judge.
#[derive(Clone, Debug)]
pub struct Body {
    /// Arguments in source order.
    pub attributes: Vec<BodyAttribute>,
    /// Nested blocks in source order; dynamic ones stand where they are written.
    pub blocks: Vec<BodyBlock>,
    /// Written in JSON: an attribute that the schema calls a block type is blocks.
    pub json: bool,
    /// The whole.
    pub span: Span,
    /// Where to point when something is missing: the opening brace, as Terraform does.
    pub end_span: Span,
}

/// `name = expression`
#[derive(Clone, Debug)]
pub struct BodyAttribute {
    /// The name.
    pub name: Name,
    /// The name's place.
    pub name_span: Span,
    /// The right side.
    pub expr: Expr,
}

/// A nested block, or `dynamic`.
#[derive(Clone, Debug)]
pub struct BodyBlock {
    /// The block type; for `dynamic` the one it makes.
    pub kind: Name,
    /// Labels.
    pub labels: Vec<Name>,
    /// The content.
    pub body: Body,
    /// `dynamic`: how it repeats.
    pub dynamic: Option<Dynamic>,
    /// The place of the type: for `dynamic` of its label.
    pub span: Span,
}

/// How a `dynamic` block repeats.
#[derive(Clone, Debug)]
pub struct Dynamic {
    /// What is walked.
    pub for_each: Expr,
    /// Slot of the iterator: an object with `key` and `value`.
    pub slot: u32,
    /// `labels`
    pub labels: Option<Expr>,
    /// What is wrong with the expressions inside: it is reported once there is a block that they are of.
    pub problems: Diagnostics,
}
