//! Configuration text to a lossless tree. In: bytes of one file. Out: [`ast::Body`] and diagnostics.
//!
//! The grammar is read once, into typed nodes ([`ast`]) and the ranges of a lossless [`Tree`] at the same time.
//! Nothing is known here of what a name or a block means.

pub mod ast;
mod body;
mod collection;
mod expression;
mod invalid;
mod lexer;
mod parser;
mod similar;
mod syntax;
mod template;
mod template_tree;
mod text;
mod traversal;

pub use lexer::is_identifier;
pub use parser::NESTING_MAX;
pub use similar::nearest;
pub use syntax::{Hcl, SyntaxKind, SyntaxNode, Tree};

use lexer::Start;
use parser::Parser;
use trueup_diag::{Diagnostic, Diagnostics, FileId};

/// What a text was read as.
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    /// The text, losslessly.
    pub tree: Tree,
    /// What it means, as far as it could be read.
    pub value: T,
    /// What is wrong with it.
    pub diagnostics: Diagnostics,
}

/// Reads a file in the native syntax. Whatever is wrong, the items that could be read are in the body.
pub fn parse_config(file: FileId, text: &str) -> Parsed<ast::Body> {
    parse(file, text, Start::Code, true, Parser::file)
}

/// Reads one expression, such as a line for the console or the value of a variable. Line ends don't count around
/// and in it.
pub fn parse_expression(file: FileId, text: &str) -> Parsed<ast::Expr> {
    parse(file, text, Start::Code, false, |parser| {
        let expr = parser.expression();
        if parser.peek() != SyntaxKind::End {
            let detail = "The expression is complete, but something else follows it.";
            let at = parser.peek_span();
            parser.fail(Diagnostic::error("Extra characters after expression", detail).at(at));
        }
        expr
    })
}

/// Reads a template without quotes around it, such as a file for `templatefile`.
pub fn parse_template(file: FileId, text: &str) -> Parsed<ast::Expr> {
    parse(file, text, Start::Template, true, Parser::bare_template)
}

fn parse<'t, T>(
    file: FileId,
    text: &'t str,
    start: Start,
    newlines: bool,
    read: impl FnOnce(&mut Parser<'t>) -> T,
) -> Parsed<T> {
    let tokens = lexer::lex(text, start);
    let mut diagnostics = invalid::check(file, text, &tokens);
    let mut parser = Parser::new(file, text, tokens, newlines);
    let value = read(&mut parser);
    let (tree, found) = parser.finish();
    diagnostics.append(found);
    Parsed { tree, value, diagnostics }
}
