//! The opcode table: the single source for encoder, verifier, disassembler and interpreter.
//!
//! A row gives the variant, the mnemonic, the meaning of the operands `x a b c` ([`Operand`]), the number of
//! cache words behind the instruction, and what control flow does ([`Flow`]). A new opcode is a new row;
//! every `match` over [`Opcode`] then fails to compile until it knows the newcomer.
//!
//! *Slow path* in the comments means: the dialect of the function decides. It may give a value, ask for a
//! call, raise an error, or take the instruction's *alternate* (see [`crate::Alternate`]).

/// Meaning of one operand field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// Not used; zero.
    None,
    /// Register read.
    Read,
    /// Register written.
    Write,
    /// First of two registers: both are written (and read).
    Pair,
    /// First of two registers that are read.
    ReadPair,
    /// First of three registers that are written: callee, self, home.
    Window,
    /// First of the registers of a call: callee, self, home, then as many arguments as `c` says.
    Call,
    /// First of `c` registers that are read.
    Range,
    /// Constant (16 bits).
    K,
    /// Constant that is a string (16 bits).
    Name,
    /// Constant, in b and c (32 bits).
    K32,
    /// Constant that is a global cell, in b and c.
    Cell32,
    /// Signed immediate (16 bits).
    Imm,
    /// Signed immediate in b and c (32 bits).
    Imm32,
    /// Unsigned number that the instruction interprets.
    Count,
    /// Captured value (index).
    Capture,
    /// Function of the unit.
    Func,
    /// Jump offset in x and c (24 bits).
    Offset24,
    /// Jump offset in b and c (32 bits).
    Offset32,
    /// Flag byte in x (front ends set it).
    Flags,
    /// Feedback byte in x (contexts write it; in a unit zero, or [`crate::insn::DOUBLES`]).
    Feedback,
}

/// What happens after an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// The next instruction.
    Next,
    /// The next instruction or the target.
    Branch,
    /// The target.
    Jump,
    /// The function ends here.
    End,
}

/// One row of the table.
#[derive(Debug)]
pub struct OpInfo {
    /// The opcode.
    pub op: Opcode,
    /// Name in the text form.
    pub mnemonic: &'static str,
    /// Meaning of x, a, b, c.
    pub operands: [Operand; 4],
    /// Cache words behind the instruction.
    pub cache_words: u8,
    /// Control flow.
    pub flow: Flow,
    /// One line for people.
    pub doc: &'static str,
}

macro_rules! opcodes {
    ($($name:ident $mnemonic:literal [$x:ident $a:ident $b:ident $c:ident] $cache:literal $flow:ident $doc:literal;)*) => {
        /// An operation of the machine.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Opcode { $(#[doc = $doc] $name),* }

        /// All rows, in the order of their bytes.
        pub static TABLE: &[OpInfo] = &[
            $(OpInfo {
                op: Opcode::$name,
                mnemonic: $mnemonic,
                operands: [Operand::$x, Operand::$a, Operand::$b, Operand::$c],
                cache_words: $cache,
                flow: Flow::$flow,
                doc: $doc,
            }),*
        ];

        /// Calls the given macro with the names of all opcodes in order (for tables of handlers).
        #[macro_export]
        macro_rules! for_each_opcode {
            ($callback:ident) => { $callback! { $($name)* } };
        }
    };
}

opcodes! {
    // -- moves and constants
    Nop "nop" [None None None None] 0 Next "Nothing.";
    Move "move" [None Write Read None] 0 Next "a = b.";
    LoadK "loadk" [None Write K32 None] 0 Next "a = constant.";
    LoadInt "loadint" [None Write Imm32 None] 0 Next "a = small integer.";
    LoadNil "loadnil" [None Write None None] 0 Next "a = nil.";
    LoadTrue "loadtrue" [None Write None None] 0 Next "a = true.";
    LoadFalse "loadfalse" [None Write None None] 0 Next "a = false.";
    LoadEmpty "loadempty" [None Write None None] 0 Next "a = unassigned.";

    // -- variables. The forms ending in X call the value without arguments if it is callable.
    GetLocal "getlocal" [None Write Read None] 0 Next "a = b; slow path if b is unassigned.";
    GetLocalX "getlocalx" [None Write Read None] 0 Next "a = b, called if callable; slow path if b is unassigned.";
    GetGlobal "getglobal" [None Write Cell32 None] 0 Next "a = global; slow path if unassigned.";
    GetGlobalX "getglobalx" [None Write Cell32 None] 0 Next "a = global, called if callable; slow path if unassigned.";
    SetGlobal "setglobal" [None Read Cell32 None] 0 Next "global = a; defines it.";
    GetCapture "getcapture" [None Write Capture None] 0 Next "a = captured value b.";
    GetCaptureBox "getcapturebox" [None Write Capture None] 0 Next "a = content of the captured box b; slow path if unassigned.";
    GetCaptureBoxX "getcaptureboxx" [None Write Capture None] 0 Next "As getcapturebox, called if callable.";
    SetCaptureBox "setcapturebox" [None Read Capture None] 0 Next "content of the captured box b = a.";
    NewBox "newbox" [None Write Read None] 0 Next "a = new box that holds b.";
    GetBox "getbox" [None Write Read None] 0 Next "a = content of box b; slow path if unassigned.";
    GetBoxX "getboxx" [None Write Read None] 0 Next "As getbox, called if callable.";
    SetBox "setbox" [None Read Read None] 0 Next "content of box a = b.";

    // -- arithmetic. Universal for integers without overflow and doubles, else slow path.
    Add "add" [Feedback Write Read Read] 0 Next "a = b + c; concatenates two strings.";
    Sub "sub" [Feedback Write Read Read] 0 Next "a = b - c.";
    Mul "mul" [Feedback Write Read Read] 0 Next "a = b * c; slow path where an integer result would lose the sign of zero.";
    Div "div" [Feedback Write Read Read] 0 Next "a = b / c in doubles; integral results of integers are integers.";
    Mod "mod" [Feedback Write Read Read] 0 Next "a = remainder with the sign of b (C's fmod).";
    Pow "pow" [Feedback Write Read Read] 0 Next "a = b to the power c.";
    IDiv "idiv" [Feedback Write Read Read] 0 Next "a = b / c of integers, truncated; slow path for everything else.";
    AddI "addi" [Feedback Write Read Imm] 0 Next "a = b + immediate.";
    SubI "subi" [Feedback Write Read Imm] 0 Next "a = b - immediate.";
    AddK "addk" [Feedback Write Read K] 0 Next "a = b + constant.";
    SubK "subk" [Feedback Write Read K] 0 Next "a = b - constant.";
    MulK "mulk" [Feedback Write Read K] 0 Next "a = b * constant.";
    DivK "divk" [Feedback Write Read K] 0 Next "a = b / constant.";
    ModK "modk" [Feedback Write Read K] 0 Next "a = b mod constant.";
    Neg "neg" [Feedback Write Read None] 0 Next "a = -b.";
    Not "not" [Flags Write Read None] 0 Next "a = not b, as an integer 1 or 0 if x is 1, else as a boolean; slow path for numbers other than 0 and 1.";
    BitAnd "bitand" [Feedback Write Read Read] 0 Next "a = b & c of integers.";
    BitOr "bitor" [Feedback Write Read Read] 0 Next "a = b | c of integers.";
    BitXor "bitxor" [Feedback Write Read Read] 0 Next "a = b ^ c of integers.";
    Shl "shl" [Feedback Write Read Read] 0 Next "a = b << c of integers; slow path on overflow or a count outside 0..47.";
    Shr "shr" [Feedback Write Read Read] 0 Next "a = b >> c of integers, arithmetic; slow path for a count outside 0..47.";

    // -- comparisons to a value: 1 or 0 if x is 1, else a boolean
    Eq "eq" [Flags Write Read Read] 0 Next "a = b equals c.";
    Ne "ne" [Flags Write Read Read] 0 Next "a = b differs from c.";
    Lt "lt" [Flags Write Read Read] 0 Next "a = b less than c.";
    Le "le" [Flags Write Read Read] 0 Next "a = b at most c.";

    // -- comparisons that branch. The N forms jump when the comparison is not true (NaN!).
    JEq "jeq" [Offset24 Read Read None] 0 Branch "Jump if a equals b.";
    JNe "jne" [Offset24 Read Read None] 0 Branch "Jump if a differs from b.";
    JLt "jlt" [Offset24 Read Read None] 0 Branch "Jump if a < b.";
    JNLt "jnlt" [Offset24 Read Read None] 0 Branch "Jump if not a < b.";
    JLe "jle" [Offset24 Read Read None] 0 Branch "Jump if a <= b.";
    JNLe "jnle" [Offset24 Read Read None] 0 Branch "Jump if not a <= b.";
    JEqI "jeqi" [Offset24 Read Imm None] 0 Branch "Jump if a equals the immediate.";
    JNeI "jnei" [Offset24 Read Imm None] 0 Branch "Jump if a differs from the immediate.";
    JLtI "jlti" [Offset24 Read Imm None] 0 Branch "Jump if a < immediate.";
    JNLtI "jnlti" [Offset24 Read Imm None] 0 Branch "Jump if not a < immediate.";
    JLeI "jlei" [Offset24 Read Imm None] 0 Branch "Jump if a <= immediate.";
    JNLeI "jnlei" [Offset24 Read Imm None] 0 Branch "Jump if not a <= immediate.";
    JGtI "jgti" [Offset24 Read Imm None] 0 Branch "Jump if a > immediate.";
    JNGtI "jngti" [Offset24 Read Imm None] 0 Branch "Jump if not a > immediate.";
    JGeI "jgei" [Offset24 Read Imm None] 0 Branch "Jump if a >= immediate.";
    JNGeI "jngei" [Offset24 Read Imm None] 0 Branch "Jump if not a >= immediate.";
    JEqK "jeqk" [Offset24 Read K None] 0 Branch "Jump if a equals the constant.";
    JNeK "jnek" [Offset24 Read K None] 0 Branch "Jump if a differs from the constant.";
    JTrue "jtrue" [Offset24 Read None None] 0 Branch "Jump if a is true.";
    JFalse "jfalse" [Offset24 Read None None] 0 Branch "Jump if a is false.";
    JFull "jfull" [Offset24 Read None None] 0 Branch "Jump if a is fully true (a number of magnitude 1 or more, true), go on if it is fully false (0, false, nil), else slow path.";
    JNone "jnone" [Offset24 Read None None] 0 Branch "Jump if a is fully false, go on if it is fully true, else slow path.";
    JNil "jnil" [Offset24 Read None None] 0 Branch "Jump if a is nil.";
    JNotNil "jnotnil" [Offset24 Read None None] 0 Branch "Jump if a is not nil.";
    JEmpty "jempty" [Offset24 Read None None] 0 Branch "Jump if a is unassigned.";
    JNotEmpty "jnotempty" [Offset24 Read None None] 0 Branch "Jump if a is assigned.";
    Jump "jump" [None None Offset32 None] 0 Jump "Jump forward.";
    Loop "loop" [None None Offset32 None] 1 Jump "Jump back to the head of a loop; polls for interruption and charges fuel. The cache word counts.";

    // -- fields, through an inline cache of three words
    GetField "getfield" [None Write Read Name] 3 Next "a = field of b.";
    GetFieldX "getfieldx" [Flags Write Read Name] 4 Next "a = field of b, called with b as self if callable (x = 1: with the running function's self).";
    GetOwn "getown" [None Write Read Name] 3 Next "a = own field of map b; slow path if absent.";
    SetField "setfield" [None Read Read Name] 3 Next "field of a = b.";
    GetMethod "getmethod" [Flags Window Read Name] 4 Next "a = field of b, a+1 = b (x = 1: the running function's self), a+2 = home.";
    GetIndexMethod "getindexmethod" [None Window Read Read] 0 Next "a = element c of b, a+1 = b, a+2 = home.";

    // -- elements
    GetIndex "getindex" [Feedback Write Read Read] 0 Next "a = element c of b.";
    SetIndex "setindex" [Feedback Read Read Read] 0 Next "element b of a = c.";
    Slice "slice" [None Write Read ReadPair] 0 Next "a = part of b from c to c+1.";
    NewList "newlist" [None Write Range Count] 0 Next "a = list of the c values from b on.";
    ListAppend "listappend" [None Read Range Count] 0 Next "Append the c values from b on to list a.";
    NewMap "newmap" [None Write Count None] 0 Next "a = empty map with room for b fields.";
    MapPut "mapput" [None Read Read Read] 0 Next "Entry b of map a = c, in a literal.";
    NewObject "newobject" [None Write Read None] 0 Next "a = empty map with prototype b.";

    // -- calls
    Call "call" [Flags Call Write Count] 2 Next "b = a(a+3 ..), c arguments; x = 1: with self in a+1 and home in a+2, else both become nil. The cache words count the first target and the others.";
    Ret "ret" [None Read None None] 0 End "Return a.";
    RetNil "retnil" [None None None None] 0 End "Return nil.";
    Closure "closure" [None Write Func None] 0 Next "a = function b with its captures.";

    // -- iteration: a = what is iterated, a+1 = position
    IterInit "iterinit" [None Pair Read None] 0 Next "Start iterating over b.";
    IterNext "iternext" [Offset24 Pair Write None] 0 Branch "b = next element and jump (back), or go on at the end; polls like loop.";

    // -- exceptions, generators, value semantics, the dialect's own operations
    Throw "throw" [None Read None None] 0 End "Raise a.";
    Yield "yield" [None Write Read None] 0 Next "Suspend the generator with b; a = what is sent in.";
    Resume "resume" [None Write Read Read] 0 Next "a = next value of generator b, c sent in; slow path once it is finished.";
    Share "share" [None Read None None] 0 Next "Mark the container a as having several owners.";
    Unshare "unshare" [None Write Read None] 0 Next "a = b, or a copy of b if it has several owners (copy before write).";
    Special "special" [Flags Write Read Read] 0 Next "a = operation x of the dialect on b and c.";
}

impl Opcode {
    /// Number of opcodes.
    pub const COUNT: usize = Opcode::Special as usize + 1;

    /// The opcode of a byte.
    #[inline]
    pub fn from_byte(byte: u8) -> Option<Opcode> {
        TABLE.get(byte as usize).map(|info| info.op)
    }

    /// The row of the table.
    #[inline]
    pub fn info(self) -> &'static OpInfo {
        &TABLE[self as usize]
    }

    /// The opcode of a mnemonic.
    pub fn from_mnemonic(name: &str) -> Option<Opcode> {
        TABLE.iter().find(|info| info.mnemonic == name).map(|info| info.op)
    }

    /// Words that the instruction takes, cache words included.
    #[inline]
    pub fn words(self) -> usize {
        1 + self.info().cache_words as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_their_bytes() {
        assert_eq!(TABLE.len(), Opcode::COUNT);
        for (i, info) in TABLE.iter().enumerate() {
            assert_eq!(info.op as usize, i);
            assert_eq!(Opcode::from_mnemonic(info.mnemonic), Some(info.op));
        }
        assert_eq!(Opcode::from_byte(Opcode::COUNT as u8), None);
    }

    #[test]
    fn jumps_have_offsets_and_others_have_none() {
        for info in TABLE {
            let has = info.operands.iter().any(|o| matches!(o, Operand::Offset24 | Operand::Offset32));
            assert_eq!(has, matches!(info.flow, Flow::Branch | Flow::Jump), "{}", info.mnemonic);
        }
    }
}
