//! The grammar of files and blocks.

use crate::ast::{Attribute, Block, Body, Name, Syntax};
use crate::parser::{Mark, Parser};
use crate::syntax::SyntaxKind as K;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Span};

const ITEM_REQUIRED: &str = "Argument or block definition required";
const ONE_LINE: &str = "Invalid single-argument block definition";

/// What a body holds while it is read.
struct Items {
    attributes: Vec<Attribute>,
    blocks: Vec<Block>,
    seen: BTreeMap<Arc<str>, Span>,
}

impl Items {
    fn new() -> Items {
        Items { attributes: Vec::new(), blocks: Vec::new(), seen: BTreeMap::new() }
    }

    fn body(self, span: Span, end_span: Span) -> Body {
        Body { syntax: Syntax::Native, attributes: self.attributes, blocks: self.blocks, span, end_span }
    }
}

impl Parser<'_> {
    /// A whole file.
    pub(crate) fn file(&mut self) -> Body {
        let mut items = Items::new();
        self.items(&mut items, None);
        let end = self.peek_span();
        items.body(self.span(0, end.end), end)
    }

    /// Items up to the end of the text, or, where `open` is the opening brace of a block, up to the closing one,
    /// which is left to be read.
    fn items(&mut self, items: &mut Items, open: Option<Span>) {
        loop {
            match self.peek() {
                K::CloseBrace if open.is_some() => return,
                K::Newline => {
                    self.read();
                }
                K::End => {
                    if let Some(open) = open {
                        self.fail(unclosed_block(open));
                    }
                    return;
                }
                K::Ident => {
                    self.recovering = false;
                    self.item(items);
                }
                kind => {
                    let (_, _, span) = self.read();
                    self.fail(bad_item(kind, span));
                    if open.is_none() {
                        self.skip_all();
                        return;
                    }
                    if kind == K::OpenQuote {
                        self.recover(K::CloseQuote);
                    }
                    if kind == K::OpenBrace {
                        self.recover(K::CloseBrace);
                    }
                    self.recover_item(false);
                }
            }
        }
    }

    /// Goes to the end of the text: outside of all blocks nothing tells where a declaration starts again.
    fn skip_all(&mut self) {
        while self.peek() != K::End {
            self.read();
        }
    }

    fn item(&mut self, items: &mut Items) {
        let mark = self.mark();
        let name = self.name();
        match self.peek() {
            K::Equal => {
                let attribute = self.attribute(mark, name, false);
                self.add_attribute(items, attribute);
            }
            K::OpenQuote | K::OpenBrace | K::Ident => {
                let block = self.block(mark, name);
                items.blocks.push(block);
            }
            _ => {
                self.recover_item(false);
                self.report(item_required(name.span));
            }
        }
    }

    fn add_attribute(&mut self, items: &mut Items, attribute: Attribute) {
        if let Some(first) = items.seen.get(&attribute.name.text) {
            let name = &attribute.name.text;
            let detail = format!(
                "\"{name}\" has a value since line {}; an argument can be set only once in a block.",
                self.line(*first)
            );
            self.report(Diagnostic::error("Attribute redefined", detail).at(attribute.name.span));
            return;
        }
        items.seen.insert(attribute.name.text.clone(), attribute.name.span);
        items.attributes.push(attribute);
    }

    /// From the equals sign on, with the line end unless the block around is on `one_line`.
    fn attribute(&mut self, mark: Mark, name: Name, one_line: bool) -> Attribute {
        self.read();
        let expr = self.expression();
        let span = self.node(K::Attribute, mark);
        if self.recovering {
            self.recover_item(one_line);
        } else if !one_line && !self.at_line_end() {
            self.fail(missing_newline(self.peek() == K::Comma, self.peek_span()));
            self.recover_item(false);
        } else if !one_line {
            self.eat(K::Newline);
        }
        Attribute { name, expr, span }
    }

    fn at_line_end(&self) -> bool {
        matches!(self.peek(), K::Newline | K::End)
    }

    /// From behind the block type on.
    fn block(&mut self, mark: Mark, kind: Name) -> Block {
        let mut labels = Vec::new();
        loop {
            let label = self.mark();
            match self.peek() {
                K::OpenQuote => labels.push(self.quoted_label()),
                K::Ident => labels.push(self.name()),
                _ => break,
            }
            self.node(K::Label, label);
        }
        let header_span = self.span_from(mark);
        let body = if self.peek() == K::OpenBrace {
            self.block_body()
        } else {
            self.fail(bad_header(self.peek(), self.peek_span()));
            self.recover_item(false);
            let end = header_span.at_end();
            Items::new().body(end, end)
        };
        let span = Span::new(header_span.file, header_span.start, body.span.end.max(header_span.end));
        if body.span.start < body.span.end {
            self.node(K::Block, mark);
            self.block_line_end();
        }
        Block { kind, labels, body, header_span, span }
    }

    fn block_line_end(&mut self) {
        if self.at_line_end() {
            self.eat(K::Newline);
            return;
        }
        let detail = "Something else stands behind the closing brace of a block, in the same line.";
        self.fail(Diagnostic::error("Missing newline after block definition", detail).at(self.peek_span()));
        self.recover_item(false);
    }

    /// From the opening brace to the closing one.
    fn block_body(&mut self) -> Body {
        let mark = self.mark();
        let open = self.read().2;
        let mut items = Items::new();
        self.blocks += 1;
        if !self.enter() {
            self.blocks -= 1;
            let end = self.recover(K::CloseBrace);
            return items.body(self.node(K::Body, mark), end);
        }
        let end = if matches!(self.peek(), K::Newline | K::End | K::CloseBrace) {
            self.items(&mut items, Some(open));
            self.read().2
        } else {
            self.one_line_body(&mut items);
            self.one_line_end(open)
        };
        self.leave();
        self.blocks -= 1;
        let span = self.node(K::Body, mark);
        if end.start < end.end {
            self.recovering = false;
        }
        items.body(span, end)
    }

    /// The single argument of a block in one line.
    fn one_line_body(&mut self, items: &mut Items) {
        let mark = self.mark();
        if self.peek() != K::Ident {
            let (_, _, at) = self.read();
            self.fail(bad_item(K::Invalid, at));
            return;
        }
        let name = self.name();
        match self.peek() {
            K::Equal => {
                let attribute = self.attribute(mark, name, true);
                self.add_attribute(items, attribute);
            }
            K::OpenQuote | K::OpenBrace | K::Ident => {
                let detail = format!(
                    "A block written in one line can hold one argument and nothing else, but \"{}\" starts a block.",
                    name.text
                );
                let hint = "Set an argument with \"=\", or give the nested block lines of its own.";
                let at = name.span.to(self.peek_span());
                self.fail(Diagnostic::error("Argument definition required", detail).at(at).hint(hint));
            }
            _ => self.report_and_hush(item_required(name.span)),
        }
    }

    fn one_line_end(&mut self, open: Span) -> Span {
        if let Some(end) = self.eat(K::CloseBrace) {
            return end;
        }
        if self.peek() == K::End {
            self.fail(unclosed_block(open));
            return self.peek_span();
        }
        let detail = match self.peek() {
            K::Comma => "A block written in one line can hold only one argument.",
            K::Newline => {
                "A block whose argument stands in the line of its opening brace must be closed in that line."
            }
            _ => "The argument of a block written in one line must be followed by the closing brace.",
        };
        let hint = "Give every argument a line of its own between the braces.";
        self.fail(Diagnostic::error(ONE_LINE, detail).at(self.peek_span()).hint(hint));
        self.recover(K::CloseBrace)
    }
}

fn item_required(at: Span) -> Diagnostic {
    let detail = "A single word is neither an argument nor a block.";
    let hint = "Set an argument with \"=\", or open a block with \"{\".";
    Diagnostic::error(ITEM_REQUIRED, detail).at(at).hint(hint)
}

fn bad_item(kind: K, at: Span) -> Diagnostic {
    match kind {
        K::OpenQuote => {
            Diagnostic::error("Invalid argument name", "The name of an argument is written without quotes.")
                .at(at)
        }
        _ => Diagnostic::error(ITEM_REQUIRED, "An argument or a block starts with its name.").at(at),
    }
}

fn unclosed_block(open: Span) -> Diagnostic {
    let detail = "The file ends before the closing brace of this block.";
    let hint = "Look for a brace that is missing, here or in a block below.";
    Diagnostic::error("Unclosed configuration block", detail).at(open).hint(hint)
}

fn missing_newline(comma: bool, at: Span) -> Diagnostic {
    if comma {
        let detail = "Arguments are separated by line ends, not by commas.";
        return Diagnostic::error("Unexpected comma after argument", detail).at(at);
    }
    let detail = "The value of the argument is complete, but the line goes on.";
    Diagnostic::error("Missing newline after argument", detail).at(at)
}

fn bad_header(kind: K, at: Span) -> Diagnostic {
    let detail = match kind {
        K::Equal => "The name of an argument is a single word, and a block is opened without an equals sign.",
        K::Newline | K::End => "The opening brace of a block must stand in the line of its type and labels.",
        _ => "Behind the type of a block come its labels in quotes and the opening brace.",
    };
    Diagnostic::error("Invalid block definition", detail).at(at)
}
