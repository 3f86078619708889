//! The kinds of tokens and nodes, and the lossless tree they make.

use std::sync::Arc;

macro_rules! kinds {
    ($($name:ident = $text:literal,)*) => {
        /// What a token or a node of the tree is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum SyntaxKind {
            $(#[doc = $text] $name,)*
        }

        const KINDS: &[SyntaxKind] = &[$(SyntaxKind::$name,)*];
    };
}

kinds! {
    ByteOrderMark = "U+FEFF at the start of a file.",
    Whitespace = "Spaces and tabs.",
    Newline = "One line end, with its carriage return.",
    LineComment = "`#` or `//` up to the line end, which is not part of it.",
    BlockComment = "`/* ... */`.",
    Ident = "An identifier or keyword.",
    Number = "A number.",
    OpenQuote = "The quote that opens a string; in JSON it doesn't occur.",
    CloseQuote = "The quote that closes a string.",
    QuotedText = "Text in quotes, escapes as written; in JSON a whole string with its quotes.",
    QuotedNewline = "A line end in quotes, which is an error.",
    OpenHeredoc = "`<<EOT` or `<<-EOT` with its line end.",
    HeredocText = "At most one line of text in a heredoc or bare template.",
    CloseHeredoc = "The closing marker with the spaces around it.",
    OpenInterpolation = "`${` or `${~`.",
    OpenDirective = "`%{` or `%{~`.",
    CloseSequence = "`}` or `~}` behind an interpolation or directive.",
    OpenBrace = "`{`",
    CloseBrace = "`}`",
    OpenBracket = "`[`",
    CloseBracket = "`]`",
    OpenParen = "`(`",
    CloseParen = "`)`",
    Equal = "`=`",
    EqualEqual = "`==`",
    NotEqual = "`!=`",
    Less = "`<`",
    LessOrEqual = "`<=`",
    Greater = "`>`",
    GreaterOrEqual = "`>=`",
    And = "`&&`",
    Or = "`||`",
    Bang = "`!`",
    Plus = "`+`",
    Minus = "`-`",
    Star = "`*`",
    Slash = "`/`",
    Percent = "`%`",
    Question = "`?`",
    Colon = "`:`",
    ColonColon = "`::`",
    Dot = "`.`",
    Ellipsis = "`...`",
    Comma = "`,`",
    FatArrow = "`=>`",
    BitAnd = "`&`, which the language lacks.",
    BitOr = "`|`, which the language lacks.",
    BitXor = "`^`, which the language lacks.",
    BitNot = "`~`, which the language lacks.",
    Apostrophe = "`'`, which the language lacks.",
    Backtick = "A backtick, which the language lacks.",
    Semicolon = "`;`, which the language lacks.",
    Invalid = "Any other character.",
    End = "The end of the text; always empty and never in the tree.",
    Root = "Node: the whole text.",
    Attribute = "Node: `name = expression`.",
    Block = "Node: a block with its header.",
    Label = "Node: a label of a block.",
    Body = "Node: the braces of a block and what is in them.",
    Literal = "Node: a number, `true`, `false`, `null`.",
    Variable = "Node: the first word of a reference.",
    Traversal = "Node: an expression and every step behind it.",
    Call = "Node: a function call.",
    Tuple = "Node: `[...]`.",
    Object = "Node: `{...}`; in JSON too.",
    ObjectItem = "Node: one key and value.",
    For = "Node: a `for` expression.",
    Conditional = "Node: `a ? b : c`, with all that stand behind the last colon.",
    Operation = "Node: operands with binary operators between them.",
    Unary = "Node: `-a`, `!a`.",
    Paren = "Node: `(a)`.",
    Template = "Node: a quoted string, heredoc or bare template.",
    Interpolation = "Node: `${ x }`.",
    Directive = "Node: `%{ ... }`.",
}

/// The language, for rowan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hcl {}

impl rowan::Language for Hcl {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        KINDS[usize::from(raw.0)]
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

/// A node of the lossless tree.
pub type SyntaxNode = rowan::SyntaxNode<Hcl>;

/// One token: its kind and where it starts; it ends where the next one starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: SyntaxKind,
    pub(crate) start: u32,
}

/// A node as a range of tokens, noted when it is complete, so inner ones stand before outer ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeRange {
    pub(crate) kind: SyntaxKind,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// The lossless tree: every byte of the text is in exactly one token. The nodes are kept as ranges and become a
/// rowan tree when one is asked for, so that a plan doesn't pay for what only refactoring reads.
#[derive(Clone, Debug)]
pub struct Tree {
    text: Arc<str>,
    /// The last one is [`SyntaxKind::End`].
    tokens: Vec<Token>,
    nodes: Vec<NodeRange>,
}

impl Tree {
    pub(crate) fn new(text: &str, tokens: Vec<Token>, nodes: Vec<NodeRange>) -> Tree {
        Tree { text: text.into(), tokens, nodes }
    }

    /// Kind and text of every token, in order.
    pub fn tokens(&self) -> impl Iterator<Item = (SyntaxKind, &str)> {
        self.tokens
            .windows(2)
            .map(|pair| (pair[0].kind, &self.text[pair[0].start as usize..pair[1].start as usize]))
    }

    /// Index of the first token and of the one behind the last, for every node; inner nodes before outer ones.
    pub(crate) fn nodes(&self) -> &[NodeRange] {
        &self.nodes
    }

    /// The text again, put together from the tokens: byte for byte what was parsed.
    pub fn print(&self) -> String {
        self.tokens().map(|(_, text)| text).collect()
    }

    /// The tree; its root is a [`SyntaxKind::Root`] over the whole text.
    pub fn syntax(&self) -> SyntaxNode {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by_key(|&i| (self.nodes[i].start, u32::MAX - self.nodes[i].end, usize::MAX - i));
        let mut pending = order.into_iter().map(|i| self.nodes[i]).peekable();
        let mut builder = rowan::GreenNodeBuilder::new();
        let raw = <Hcl as rowan::Language>::kind_to_raw;
        builder.start_node(raw(SyntaxKind::Root));
        let mut open: Vec<u32> = Vec::new();
        for (index, (kind, text)) in self.tokens().enumerate() {
            while open.last().is_some_and(|end| *end as usize <= index) {
                open.pop();
                builder.finish_node();
            }
            while let Some(node) = pending.next_if(|node| node.start as usize <= index) {
                builder.start_node(raw(node.kind));
                open.push(node.end);
            }
            builder.token(raw(kind), text);
        }
        for _ in open {
            builder.finish_node();
        }
        builder.finish_node();
        SyntaxNode::new_root(builder.finish())
    }
}
