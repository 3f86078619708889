//! Lines, indentation and columns.

use crate::fmt::Piece;
use crate::fmt_spacing::space_between;
use crate::syntax::SyntaxKind as K;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// A line in up to three cells, as ranges of pieces: what is before an equals sign, the sign with the value, and the
/// comment at the end. A line without a value that ends in it has only the first.
struct Line {
    lead: Range<usize>,
    assign: Range<usize>,
    comment: Range<usize>,
}

/// Sets the spaces before every piece.
pub(crate) fn layout(pieces: &mut [Piece<'_>]) {
    let lines = lines(pieces);
    indent(pieces, &lines);
    for line in &lines {
        spread(&mut pieces[line.lead.clone()]);
        spread(&mut pieces[line.assign.clone()]);
        if let Some(equal) = pieces[line.assign.clone()].first_mut() {
            equal.spaces = 1;
        }
    }
    align(pieces, &lines, |line| line.assign.clone(), |line| line.lead.clone());
    align(pieces, &lines, |line| line.comment.clone(), |line| line.lead.start..line.assign.end);
}

/// Splits at line ends; those within heredocs aren't tokens of their own and so are no line ends here.
fn lines(pieces: &[Piece<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in 1..=pieces.len() {
        if end == pieces.len() || pieces[end - 1].ends_line() {
            lines.push(cells(pieces, start..end));
            start = end;
        }
    }
    lines
}

fn cells(pieces: &[Piece<'_>], line: Range<usize>) -> Line {
    let mut code_end = line.end;
    if line.len() > 1 && matches!(pieces[line.end - 1].kind, K::LineComment | K::BlockComment) {
        code_end -= 1;
    }
    let equal = (line.start + 1..code_end).find(|i| pieces[*i].kind == K::Equal);
    // A value that goes on in the next line isn't aligned with others.
    let assign = equal.filter(|equal| net_brackets(&pieces[*equal..code_end]) == 0).unwrap_or(code_end);
    Line { lead: line.start..assign, assign: assign..code_end, comment: code_end..line.end }
}

fn net_brackets(pieces: &[Piece<'_>]) -> isize {
    pieces.iter().map(Piece::bracket).sum()
}

/// Brackets of a line up to a heredoc, whose own brackets don't indent.
fn net_brackets_before_heredoc(pieces: &[Piece<'_>]) -> isize {
    pieces.iter().take_while(|piece| piece.kind != K::OpenHeredoc).map(Piece::bracket).sum()
}

/// Two spaces for every line that opened more brackets than it closed and whose brackets are still open.
fn indent(pieces: &mut [Piece<'_>], lines: &[Line]) {
    let mut open: Vec<isize> = Vec::new();
    for line in lines {
        if pieces[line.lead.start].kind == K::Newline {
            continue;
        }
        let net = net_brackets_before_heredoc(&pieces[line.lead.clone()])
            + net_brackets_before_heredoc(&pieces[line.assign.clone()]);
        if net < 0 {
            close(&mut open, -net);
        }
        pieces[line.lead.start].spaces = 2 * open.len();
        if net > 0 {
            open.push(net);
        }
    }
}

/// Takes `count` brackets off the stack of opened ones.
fn close(open: &mut Vec<isize>, mut count: isize) {
    while let Some(last) = open.last_mut() {
        if *last > count {
            *last -= count;
            return;
        }
        count -= *last;
        open.pop();
        if count == 0 {
            return;
        }
    }
}

/// Sets the spaces between the pieces of a cell.
fn spread(cell: &mut [Piece<'_>]) {
    for i in 1..cell.len() {
        let before = i.checked_sub(2).map(|i| &cell[i]);
        cell[i].spaces = usize::from(space_between(before, &cell[i - 1], &cell[i]));
    }
}

fn columns(pieces: &[Piece<'_>]) -> usize {
    pieces.iter().map(|piece| piece.spaces + width(&piece.text)).sum()
}

fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).count() }
}

/// In each run of lines that have the cell, moves it to one column.
fn align(
    pieces: &mut [Piece<'_>],
    lines: &[Line],
    cell: fn(&Line) -> Range<usize>,
    before: fn(&Line) -> Range<usize>,
) {
    for run in lines.chunk_by(|a, b| cell(a).is_empty() == cell(b).is_empty()) {
        if cell(&run[0]).is_empty() {
            continue;
        }
        let widths: Vec<usize> = run.iter().map(|line| columns(&pieces[before(line)])).collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        for (line, width) in run.iter().zip(widths) {
            pieces[cell(line).start].spaces = widest - width + 1;
        }
    }
}
