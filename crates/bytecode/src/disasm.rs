//! Units as text.
//!
//! Takes any [`Unit`], verified or not, and leaves text that [`crate::asm`] turns into the same unit again.
//! Costs linear time, with a search per label. For example:
//!
//! ```text
//! unit "count.x" language "x" main 0
//!
//! function 0 "count" (n = 10) registers 5 flags lenient
//!   const 0 "done"
//!   local r3 n
//!   handler L0 L1 -> L1 r4
//! L0:
//!   @ 1 0 12
//!   0000  jngti r3, 0, L1
//!   0001  subi r3, r3, 1 else L2
//!   0002  loop L0
//! L1:
//!   0004  loadk r4, k0                     ; "done"
//!   0005  ret r4
//! L2:
//!   0006  loadint r3, 0
//!   0007  jump L1
//!
//! source
//!   "text of the source"
//! ```
//!
//! `@ line start end` gives the source position of what follows, and `else` names the alternate of an
//! instruction. A nonzero byte `x` follows the mnemonic, as in `eq.1`. The word in front of an instruction is
//! for people; the assembler ignores it.
//!
//! What no front end writes has a form too: a word that is no instruction is `.word` and its bits, a place
//! where no instruction starts is `#` and its word, and spans or alternates out of order are told in front of
//! the code.

mod constant;

use std::fmt::{self, Display, Formatter};

use crate::insn::Insn;
use crate::op::{Opcode, Operand};
use crate::text::{Name, Quoted};
use crate::unit::{Capture, Const, Function, Unit};

/// The text of a unit.
pub fn print(unit: &Unit) -> String {
    UnitText(unit).to_string()
}

/// The text of one function, what `annotate` says of a word as a comment on its instruction. Empty if there
/// is no such function.
pub fn print_function(unit: &Unit, index: usize, annotate: &dyn Fn(usize) -> Option<String>) -> String {
    match unit.functions.get(index) {
        Some(f) => Listing::new(f, index, annotate).to_string(),
        None => String::new(),
    }
}

/// The text of a constant.
pub fn constant(c: &Const) -> String {
    constant::Text(c).to_string()
}

struct UnitText<'a>(&'a Unit);

impl Display for UnitText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let unit = self.0;
        writeln!(f, "unit {} language {} main {}", Quoted(&unit.name), Quoted(&unit.language), unit.main)?;
        for (i, function) in unit.functions.iter().enumerate() {
            writeln!(f)?;
            Listing::new(function, i, &|_| None).fmt(f)?;
        }
        writeln!(f, "\nsource")?;
        unit.source.split_inclusive('\n').try_for_each(|line| writeln!(f, "  {}", Quoted(line)))
    }
}

/// How a word of the code is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As an instruction.
    Insn,
    /// As bits.
    Word,
    /// Not at all: it is a cache word, and zero.
    Cache,
}

struct Listing<'a> {
    f: &'a Function,
    index: usize,
    annotate: &'a dyn Fn(usize) -> Option<String>,
    forms: Vec<Form>,
    /// Words with a label, in order; the label's number is the position.
    labels: Vec<usize>,
    spans_in_code: bool,
    alternates_in_code: bool,
}

impl<'a> Listing<'a> {
    fn new(f: &'a Function, index: usize, annotate: &'a dyn Fn(usize) -> Option<String>) -> Listing<'a> {
        let forms = forms(&f.code);
        let mut listing = Listing {
            f,
            index,
            annotate,
            forms,
            labels: Vec::new(),
            spans_in_code: f.spans.windows(2).all(|w| w[0].pc <= w[1].pc),
            alternates_in_code: f.alternates.windows(2).all(|w| w[0].pc < w[1].pc),
        };
        listing.spans_in_code &= f.spans.iter().all(|s| listing.is_place(s.pc as usize));
        listing.alternates_in_code &=
            f.alternates.iter().all(|a| (a.pc as usize) < f.code.len() && listing.is_place(a.pc as usize));
        listing.labels = listing.find_labels();
        listing
    }

    /// Whether a line of the text stands for this word, or it is the end.
    fn is_place(&self, pc: usize) -> bool {
        pc == self.forms.len() || self.forms.get(pc).is_some_and(|form| *form != Form::Cache)
    }

    fn find_labels(&self) -> Vec<usize> {
        let jumps = (0..self.forms.len())
            .filter(|&pc| self.forms[pc] == Form::Insn)
            .filter_map(|pc| Insn(self.f.code[pc]).target(pc))
            .filter_map(|target| usize::try_from(target).ok());
        let handlers = self.f.handlers.iter().flat_map(|h| [h.start, h.end, h.target]);
        let sources = self.f.alternates.iter().filter(|_| !self.alternates_in_code).map(|a| a.pc);
        let targets = self.f.alternates.iter().map(|a| a.target);
        let tables = handlers.chain(sources).chain(targets).map(|pc| pc as usize);
        let mut labels: Vec<usize> = jumps.chain(tables).filter(|&pc| self.is_place(pc)).collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    fn place(&self, pc: usize) -> String {
        match self.labels.binary_search(&pc) {
            Ok(i) => format!("L{i}"),
            Err(_) => format!("#{pc}"),
        }
    }

    fn header(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let f = self.f;
        write!(out, "function {} {} (", self.index, Quoted(&f.name))?;
        for i in 0..f.params.len().max(f.defaults.len()) {
            out.write_str(if i == 0 { "" } else { ", " })?;
            match (f.params.get(i), f.defaults.get(i)) {
                (Some(name), Some(c)) => write!(out, "{} = {}", Name(name), constant::Text(c))?,
                (Some(name), None) => write!(out, "{} = none", Name(name))?,
                (None, Some(c)) => write!(out, "= {}", constant::Text(c))?,
                (None, None) => {}
            }
        }
        write!(out, ") registers {}", f.registers)?;
        let flags = [
            (f.flags.generator, " generator"),
            (f.flags.lenient, " lenient"),
            (f.flags.constructor, " constructor"),
        ];
        if flags.iter().any(|(set, _)| *set) {
            out.write_str(" flags")?;
        }
        flags.iter().filter(|(set, _)| *set).try_for_each(|(_, name)| out.write_str(name))?;
        writeln!(out)?;
        f.note.iter().try_for_each(|note| writeln!(out, "  note {}", Quoted(note)))
    }

    fn tables(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let f = self.f;
        for capture in &f.captures {
            match capture {
                Capture::Register(r) => writeln!(out, "  capture r{r}")?,
                Capture::Capture(c) => writeln!(out, "  capture c{c}")?,
            }
        }
        for (i, c) in f.consts.iter().enumerate() {
            writeln!(out, "  const {i} {}", constant::Text(c))?;
        }
        for (r, name) in &f.locals {
            writeln!(out, "  local r{r} {}", Name(name))?;
        }
        for h in &f.handlers {
            let [start, end, target] = [h.start, h.end, h.target].map(|pc| self.place(pc as usize));
            writeln!(out, "  handler {start} {end} -> {target} r{}", h.register)?;
        }
        for a in f.alternates.iter().filter(|_| !self.alternates_in_code) {
            writeln!(out, "  alternate {} -> {}", self.place(a.pc as usize), self.place(a.target as usize))?;
        }
        for s in f.spans.iter().filter(|_| !self.spans_in_code) {
            writeln!(out, "  span {} {} {} {}", s.pc, s.line, s.span.start, s.span.end)?;
        }
        Ok(())
    }

    fn code(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (mut label, mut span) = (0, 0);
        for pc in 0..=self.forms.len() {
            if self.labels.get(label) == Some(&pc) {
                writeln!(out, "L{label}:")?;
                label += 1;
            }
            while let Some(s) = self.f.spans.get(span).filter(|s| self.spans_in_code && s.pc as usize == pc) {
                writeln!(out, "  @ {} {} {}", s.line, s.span.start, s.span.end)?;
                span += 1;
            }
            let Some(form) = self.forms.get(pc).filter(|form| **form != Form::Cache) else { continue };
            let mut text = match form {
                Form::Insn => self.insn(pc),
                _ => format!(".word 0x{:016x}", self.f.code[pc]),
            };
            if let Some(target) = self.f.alternate(pc).filter(|_| self.alternates_in_code) {
                text += &format!(" else {}", self.place(target));
            }
            match self.comment(pc) {
                Some(comment) => writeln!(out, "  {pc:04}  {text:<32} ; {comment}")?,
                None => writeln!(out, "  {pc:04}  {text}")?,
            }
        }
        Ok(())
    }

    fn insn(&self, pc: usize) -> String {
        let insn = Insn(self.f.code[pc]);
        let Some(op) = insn.op() else { return String::new() };
        let info = op.info();
        let mut text = info.mnemonic.to_string();
        if matches!(info.operands[0], Operand::Flags | Operand::Feedback) && insn.x() != 0 {
            text += &format!(".{}", insn.x());
        }
        let target = || insn.target(pc).map_or(String::new(), |t| self.place(t as usize));
        let fields = [(1, insn.a(), 0), (2, insn.b(), insn.b_signed()), (3, insn.c(), insn.c_signed())];
        let told = fields.into_iter().filter_map(|(field, value, signed)| match info.operands[field] {
            Operand::None | Operand::Flags | Operand::Feedback | Operand::Offset24 => None,
            Operand::Read | Operand::Write => Some(format!("r{value}")),
            Operand::Pair | Operand::ReadPair | Operand::Window | Operand::Call | Operand::Range => {
                Some(format!("r{value}"))
            }
            Operand::K | Operand::Name => Some(format!("k{value}")),
            Operand::K32 | Operand::Cell32 => Some(format!("k{}", insn.bx())),
            Operand::Imm => Some(signed.to_string()),
            Operand::Imm32 => Some(insn.bx_signed().to_string()),
            Operand::Count => Some(value.to_string()),
            Operand::Capture => Some(format!("c{value}")),
            Operand::Func => Some(format!("f{value}")),
            Operand::Offset32 => Some(target()),
        });
        let last = (info.operands[0] == Operand::Offset24).then(target);
        let operands: Vec<String> = told.chain(last).collect();
        if !operands.is_empty() {
            text += " ";
            text += &operands.join(", ");
        }
        text
    }

    /// The constant of an instruction, and what the caller has to say.
    fn comment(&self, pc: usize) -> Option<String> {
        let insn = Insn(self.f.code[pc]);
        let kinds = insn.op().filter(|_| self.forms[pc] == Form::Insn).map(|op| op.info().operands);
        let index = kinds.and_then(|kinds| match (kinds[2], kinds[3]) {
            (Operand::K32 | Operand::Cell32, _) => Some(insn.bx() as usize),
            (Operand::K, _) => Some(insn.b()),
            (_, Operand::K | Operand::Name) => Some(insn.c()),
            _ => None,
        });
        let known = index.and_then(|i| self.f.consts.get(i)).map(constant);
        let said = (self.annotate)(pc).map(|text| text.replace(['\n', '\r'], " "));
        let comments: Vec<String> = known.into_iter().chain(said).collect();
        (!comments.is_empty()).then(|| comments.join("; "))
    }
}

impl Display for Listing<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.header(out)?;
        self.tables(out)?;
        self.code(out)
    }
}

/// Decides the form of every word: instructions where all that is not told is zero.
fn forms(code: &[u64]) -> Vec<Form> {
    let mut forms = vec![Form::Word; code.len()];
    let mut pc = 0;
    while pc < code.len() {
        let words = whole_insn(&code[pc..]).map_or(1, Opcode::words);
        if whole_insn(&code[pc..]).is_some() {
            forms[pc] = Form::Insn;
            forms[pc + 1..pc + words].fill(Form::Cache);
        }
        pc += words;
    }
    // A jump to a word that has no line cannot be told with a label.
    for pc in 0..code.len() {
        if forms[pc] != Form::Insn {
            continue;
        }
        let Some(target) = Insn(code[pc]).target(pc) else { continue };
        let to = usize::try_from(target).ok().filter(|&to| to <= code.len());
        if to.is_none_or(|to| forms.get(to) == Some(&Form::Cache)) {
            forms[pc] = Form::Word;
            forms[pc + 1..]
                .iter_mut()
                .take_while(|form| **form == Form::Cache)
                .for_each(|form| *form = Form::Word);
        }
    }
    forms
}

/// The opcode of the first instruction, if its fields without a meaning and its cache words are zero.
fn whole_insn(code: &[u64]) -> Option<Opcode> {
    let insn = Insn(*code.first()?);
    let op = insn.op()?;
    let [x, a, b, c] = op.info().operands;
    let wide = matches!(b, Operand::K32 | Operand::Cell32 | Operand::Imm32 | Operand::Offset32);
    let clean = (x != Operand::None || insn.x() == 0)
        && (a != Operand::None || insn.a() == 0)
        && (b != Operand::None || insn.b() == 0)
        && (c != Operand::None || wide || x == Operand::Offset24 || insn.c() == 0)
        && code.get(1..op.words())?.iter().all(|&word| word == 0);
    clean.then_some(op)
}
