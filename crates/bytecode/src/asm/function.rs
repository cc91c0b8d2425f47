//! Functions from text: collected line by line; labels get their words when the function ends.

use std::collections::HashMap;

use super::line::Line;
use super::{AsmError, constant};
use crate::insn::{Insn, OFFSET24};
use crate::op::{Flow, Opcode, Operand};
use crate::text::Token;
use crate::unit::{Alternate, Capture, Const, Function, FunctionFlags, Handler, Span, SpanEntry};

/// A word of the code, by label or number.
enum Place {
    Label(String),
    Word(u32),
}

/// Something that waits for the words of labels: its line, and what it is.
type Waiting<T> = Vec<(u32, T)>;

pub(super) struct FunctionText {
    name: Box<str>,
    note: Option<Box<str>>,
    params: Vec<Box<str>>,
    defaults: Vec<Const>,
    registers: u16,
    flags: FunctionFlags,
    code: Vec<u64>,
    consts: Vec<Const>,
    captures: Vec<Capture>,
    spans: Vec<SpanEntry>,
    locals: Vec<(u16, Box<str>)>,
    labels: HashMap<String, u32>,
    jumps: Waiting<(usize, Place)>,
    handlers: Waiting<([Place; 3], u16)>,
    alternates: Waiting<[Place; 2]>,
}

impl FunctionText {
    /// Reads the line behind `function`.
    pub fn parse(line: &mut Line, index: usize) -> Result<FunctionText, String> {
        if line.number::<usize>()? != index {
            return Err(format!("this is function {index}; functions come in order"));
        }
        let name = line.string()?.into();
        let (mut params, mut defaults) = (Vec::new(), Vec::new());
        line.punct('(')?;
        while !line.accept_punct(')') {
            if !params.is_empty() || !defaults.is_empty() {
                line.punct(',')?;
            }
            if line.peek() != Some(&Token::Punct('=')) {
                params.push(line.name()?.into());
            }
            if !line.accept_punct('=') {
                defaults.push(Const::Nil);
            } else if !line.accept("none") {
                defaults.push(constant::parse(line)?);
            }
        }
        line.keyword("registers")?;
        let registers = line.number()?;
        let mut flags = FunctionFlags::default();
        if line.accept("flags") {
            while !line.at_end() {
                match line.word("a flag")? {
                    "generator" => flags.generator = true,
                    "lenient" => flags.lenient = true,
                    "constructor" => flags.constructor = true,
                    other => return Err(format!("`{other}` is no flag")),
                }
            }
        }
        Ok(FunctionText {
            name,
            note: None,
            params,
            defaults,
            registers,
            flags,
            code: Vec::new(),
            consts: Vec::new(),
            captures: Vec::new(),
            spans: Vec::new(),
            locals: Vec::new(),
            labels: HashMap::new(),
            jumps: Vec::new(),
            handlers: Vec::new(),
            alternates: Vec::new(),
        })
    }

    /// Reads a line of the function.
    pub fn line(&mut self, line: &mut Line, number: u32) -> Result<(), String> {
        if line.accept_punct('@') {
            let pc = self.here()?;
            self.spans.push(span(pc, line)?);
            return Ok(());
        }
        let mut word = line.word("an instruction, a label or a table entry")?;
        if line.accept_punct(':') {
            let here = self.here()?;
            if self.labels.insert(word.into(), here).is_some() {
                return Err(format!("label `{word}` is bound twice"));
            }
            return Ok(());
        }
        if word.bytes().all(|b| b.is_ascii_digit()) {
            word = line.word("an instruction")?;
        }
        match word {
            "note" => self.note = Some(line.string()?.into()),
            "capture" => self.captures.push(capture(line)?),
            "const" => {
                if line.number::<usize>()? != self.consts.len() {
                    return Err(format!("this is constant {}; constants come in order", self.consts.len()));
                }
                self.consts.push(constant::parse(line)?);
            }
            "local" => self.locals.push((line.register()?, line.name()?.into())),
            "handler" => {
                let (start, end) = (place(line)?, place(line)?);
                line.keyword("->")?;
                self.handlers.push((number, ([start, end, place(line)?], line.register()?)));
            }
            "alternate" => {
                let from = place(line)?;
                line.keyword("->")?;
                self.alternates.push((number, [from, place(line)?]));
            }
            "span" => {
                let pc = line.number()?;
                self.spans.push(span(pc, line)?);
            }
            _ => self.insn(word, line, number)?,
        }
        Ok(())
    }

    /// The word that comes next.
    fn here(&self) -> Result<u32, String> {
        i32::try_from(self.code.len()).map(|pc| pc as u32).map_err(|_| "too much code".into())
    }

    fn insn(&mut self, mnemonic: &str, line: &mut Line, number: u32) -> Result<(), String> {
        let pc = self.here()?;
        if mnemonic == ".word" {
            let word = line.word("bits")?;
            let bits = word.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok());
            self.code.push(bits.ok_or_else(|| format!("`{word}` is no word (`0x` and up to 16 digits)"))?);
        } else {
            let (name, x) = match mnemonic.split_once('.') {
                None => (mnemonic, None),
                Some((name, x)) => (name, Some(x.parse::<u8>().map_err(|_| format!("`{x}` is no byte"))?)),
            };
            let op = Opcode::from_mnemonic(name).ok_or_else(|| format!("`{name}` is no instruction"))?;
            let (word, target) = operands(op, x, line)?;
            self.jumps.extend(target.map(|place| (number, (self.code.len(), place))));
            self.code.push(word.0);
            self.code.resize(pc as usize + op.words(), 0);
        }
        if line.accept("else") {
            self.alternates.push((number, [Place::Word(pc), place(line)?]));
        }
        Ok(())
    }

    /// The function.
    pub fn finish(mut self) -> Result<Function, AsmError> {
        for (line, (pc, target)) in std::mem::take(&mut self.jumps) {
            let target = self.resolve(line, &target)?;
            self.patch(pc, target).map_err(|message| AsmError { line, message })?;
        }
        let mut handlers = Vec::with_capacity(self.handlers.len());
        for (line, ([start, end, target], register)) in &self.handlers {
            let word = |place| self.resolve(*line, place);
            handlers.push(Handler {
                start: word(start)?,
                end: word(end)?,
                target: word(target)?,
                register: *register,
            });
        }
        let mut alternates = Vec::with_capacity(self.alternates.len());
        for (line, [pc, target]) in &self.alternates {
            alternates.push(Alternate { pc: self.resolve(*line, pc)?, target: self.resolve(*line, target)? });
        }
        Ok(Function {
            name: self.name,
            note: self.note,
            params: self.params.into(),
            defaults: self.defaults.into(),
            registers: self.registers,
            flags: self.flags,
            code: self.code.into(),
            consts: self.consts.into(),
            captures: self.captures.into(),
            handlers: handlers.into(),
            alternates: alternates.into(),
            spans: self.spans.into(),
            locals: self.locals.into(),
        })
    }

    fn resolve(&self, line: u32, place: &Place) -> Result<u32, AsmError> {
        match place {
            Place::Word(pc) => Ok(*pc),
            Place::Label(name) => self
                .labels
                .get(name)
                .copied()
                .ok_or_else(|| AsmError { line, message: format!("label `{name}` is not bound") }),
        }
    }

    fn patch(&mut self, pc: usize, target: u32) -> Result<(), String> {
        let insn = Insn(self.code[pc]);
        let Some(op) = insn.op() else { return Ok(()) };
        let offset = target as i64 - (pc + op.words()) as i64;
        let far = || format!("a jump from word {pc} to word {target} is too far");
        let patched = if op.info().flow == Flow::Branch {
            let offset = Some(offset).filter(|o| OFFSET24.contains(o)).ok_or_else(far)?;
            Insn::jump(op, insn.a() as u16, insn.b() as u16, offset as i32)
        } else {
            Insn::abx(op, insn.a() as u16, i32::try_from(offset).map_err(|_| far())? as u32)
        };
        self.code[pc] = patched.0;
        Ok(())
    }
}

/// Reads the operands of an instruction. The offset of a jump is left open and its target returned.
fn operands(op: Opcode, x: Option<u8>, line: &mut Line) -> Result<(Insn, Option<Place>), String> {
    let kinds = op.info().operands;
    if x.is_some() && !matches!(kinds[0], Operand::Flags | Operand::Feedback) {
        return Err(format!("`{}` has no byte x", op.info().mnemonic));
    }
    let mut fields = [0; 3];
    let mut target = None;
    let mut first = true;
    for (field, kind) in kinds.into_iter().enumerate().skip(1) {
        if matches!(kind, Operand::None | Operand::Flags | Operand::Feedback | Operand::Offset24) {
            continue;
        }
        comma(line, &mut first)?;
        let value: u32 = match kind {
            Operand::K | Operand::Name => line.indexed::<u16>('k', "constant")?.into(),
            Operand::K32 | Operand::Cell32 => line.indexed('k', "constant")?,
            Operand::Imm => line.number::<i16>()? as u16 as u32,
            Operand::Imm32 => line.number::<i32>()? as u32,
            Operand::Count => line.number::<u16>()?.into(),
            Operand::Capture => line.indexed::<u16>('c', "capture")?.into(),
            Operand::Func => line.indexed::<u16>('f', "function")?.into(),
            Operand::Offset32 => {
                target = Some(place(line)?);
                0
            }
            _ => line.register()?.into(),
        };
        // A wide operand is b and c at once.
        fields[field - 1] = value as u16;
        if field == 2 {
            fields[2] = (value >> 16) as u16;
        }
    }
    if kinds[0] == Operand::Offset24 {
        comma(line, &mut first)?;
        target = Some(place(line)?);
    }
    let [a, b, c] = fields;
    Ok((Insn::abc(op, x.unwrap_or(0), a, b, c), target))
}

fn comma(line: &mut Line, first: &mut bool) -> Result<(), String> {
    if std::mem::take(first) { Ok(()) } else { line.punct(',') }
}

fn place(line: &mut Line) -> Result<Place, String> {
    let word = line.word("a label")?;
    match word.strip_prefix('#') {
        Some(digits) => digits.parse().map(Place::Word).map_err(|_| format!("`{word}` is no place")),
        None => Ok(Place::Label(word.into())),
    }
}

fn span(pc: u32, line: &mut Line) -> Result<SpanEntry, String> {
    let (number, start, end) = (line.number()?, line.number()?, line.number()?);
    Ok(SpanEntry { pc, line: number, span: Span { start, end } })
}

fn capture(line: &mut Line) -> Result<Capture, String> {
    match line.peek() {
        Some(Token::Word(word)) if word.starts_with('c') => {
            Ok(Capture::Capture(line.indexed('c', "capture")?))
        }
        _ => Ok(Capture::Register(line.register()?)),
    }
}
