//! Configuration text to a lossless tree. In: bytes of one file. Out: [`ast::Body`] and diagnostics.
//!
//! The grammar is read once, into typed nodes ([`ast`]) and the ranges of a lossless [`Tree`] at the same time.
//! Nothing is known here of what a name or a block means.

pub mod ast;
mod body;
mod chain;
mod collection;
mod content;
mod expression;
pub mod fmt;
mod fmt_layout;
mod fmt_rewrite;
mod fmt_spacing;
mod head;
mod invalid;
mod json;
mod json_content;
mod json_lexer;
mod json_text;
mod lexer;
mod parser;
mod similar;
mod syntax;
mod template;
mod template_tree;
mod text;
mod traversal;

pub use content::{AttributeSchema, BlockSchema, BodySchema, Content};
pub use head::head;
pub use lexer::is_identifier;
pub use parser::NESTING_MAX;
pub use similar::nearest;
pub use syntax::{Hcl, SyntaxKind, SyntaxNode, Tree};

use lexer::Start;
use parser::Parser;
use trueup_diag::{Diagnostic, Diagnostics, FileId, Span};

/// What a text was read as.
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    /// The text, losslessly.
    pub tree: Tree,
    /// What it means, as far as it could be read.
    pub value: T,
    /// What is wrong with it.
    pub diagnostics: Diagnostics,
    /// What is wrong inside strings of the JSON syntax, which are templates only where something reads them as such:
    /// as long as anything else is wrong, nothing does.
    pub templates: Diagnostics,
}

/// Reads a file in the native syntax. Whatever is wrong, the items that could be read are in the body.
pub fn parse_config(file: FileId, text: &str) -> Parsed<ast::Body> {
    parse(file, text, Start::Code, true, Parser::file)
}

/// Reads a file of a module, which has nothing but blocks: behind a string that was never closed, a line with an
/// argument is one of the string's outside of them.
pub fn parse_module(file: FileId, text: &str) -> Parsed<ast::Body> {
    parse(file, text, Start::Module, true, Parser::file)
}

/// Reads one expression, such as a line for the console or the value of a variable. Line ends don't count around
/// and in it.
pub fn parse_expression(file: FileId, text: &str) -> Parsed<ast::Expr> {
    parse_embedded(file, text, 0)
}

/// One expression, whose text starts at byte `base` of the file.
fn parse_embedded(file: FileId, text: &str, base: u32) -> Parsed<ast::Expr> {
    parse(file, text, Start::Code, false, |parser| {
        parser.origin.base = base;
        let expr = parser.expression();
        if parser.peek() != SyntaxKind::End {
            let detail = "The expression is complete, but something else follows it.";
            let at = parser.peek_span();
            parser.fail(Diagnostic::error("Extra characters after expression", detail).at(at));
        }
        expr
    })
}

/// Reads an expression that is the text of a string in the JSON syntax, such as a reference or a type constraint;
/// `string` is the place of the string with its quotes, where the places in the expression will lie.
pub fn parse_expression_in_string(string: Span, text: &str) -> Parsed<ast::Expr> {
    parse_embedded(string.file, text, string.start + 1)
}

/// Reads a template without quotes around it, such as a file for `templatefile`.
pub fn parse_template(file: FileId, text: &str) -> Parsed<ast::Expr> {
    parse(file, text, Start::Template, true, Parser::bare_template)
}

/// Reads a file in the JSON syntax. Every property is an attribute of the body, also several times;
/// [`ast::Body::content`] makes blocks of those that a schema calls blocks.
pub fn parse_json_config(file: FileId, text: &str) -> Parsed<ast::Body> {
    let mut parser = Parser::new(file, text, json_lexer::lex(text), true);
    let value = parser.json_file();
    let templates = std::mem::take(&mut parser.templates);
    let (tree, diagnostics) = parser.finish();
    Parsed { tree, value, diagnostics, templates }
}

fn parse<'t, T>(
    file: FileId,
    text: &'t str,
    start: Start,
    newlines: bool,
    read: impl FnOnce(&mut Parser<'t>) -> T,
) -> Parsed<T> {
    let mut parser = Parser::new(file, text, lexer::lex(text, start), newlines);
    let value = read(&mut parser);
    parser.check_invalid();
    let (tree, diagnostics) = parser.finish();
    Parsed { tree, value, diagnostics, templates: Diagnostics::new() }
}
