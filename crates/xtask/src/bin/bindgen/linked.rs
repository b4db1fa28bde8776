//! What the linker knows of the program, from the relocations in its file: who needs whom, and whose address is taken. Names
//! are the mangled ones of the file's name section; they are what a function keeps through every later tool.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result, ensure};
use wasmparser::{
    CustomSectionReader, ExternalKind, FunctionBody, KnownCustom, Linking, Name, Operator, Parser, Payload,
    RelocationEntry, RelocationType, SymbolInfo, TypeRef,
};

/// What the names of a part's entry begin with, before the part's: it is imported where it is called, and exported where it is.
const ENTRY: &str = "__wasm_split_00";

/// A linked program, as a graph: functions by their index, and behind them the symbols of the data.
#[derive(Default)]
pub struct Linked<'a> {
    names: BTreeMap<usize, &'a str>,
    /// What each function and each symbol of the data needs.
    needs: BTreeMap<usize, BTreeSet<usize>>,
    /// Functions that are called from outside, by the name of the export.
    exports: BTreeMap<&'a str, usize>,
    /// Functions whose address is taken.
    addressed: BTreeSet<usize>,
    functions: usize,
}

/// The sections that a graph is made of.
#[derive(Default)]
struct Sections<'a> {
    /// Names of imported functions.
    imports: Vec<&'a str>,
    bodies: Vec<FunctionBody<'a>>,
    symbols: Vec<SymbolInfo<'a>>,
    /// Where in the file each of the data's segments begins.
    segments: Vec<u64>,
    /// Relocations by the section that they are of, and where in the file each section begins.
    relocations: Vec<(usize, Vec<RelocationEntry>)>,
    starts: Vec<u64>,
}

impl<'a> Linked<'a> {
    /// Reads a file that was linked with `--emit-relocs`. In `part`, calls of the part's entries lead to what they load;
    /// entries of other parts lead nowhere.
    pub fn read(wasm: &'a [u8], part: &str) -> Result<Self> {
        let mut linked = Self::default();
        let mut sections = Sections::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Some((_, range)) = payload.as_section() {
                sections.starts.push(range.start);
            }
            linked.take(&mut sections, payload)?;
        }
        ensure!(!sections.symbols.is_empty(), "the file was not linked with --emit-relocs");
        linked.functions = sections.imports.len() + sections.bodies.len();
        linked.connect(&sections)?;
        for (index, name) in sections.imports.iter().enumerate().filter(|(_, name)| name.starts_with(ENTRY)) {
            let Some(entered) = linked.exports.get(name.replacen("00_import_", "00_export_", 1).as_str()) else {
                continue;
            };
            if linked.addressed.contains(&index) {
                linked.addressed.insert(*entered);
            }
            if name.starts_with(&format!("{ENTRY}{part}00_")) {
                linked.needs.insert(index, BTreeSet::from([*entered]));
            }
        }
        Ok(linked)
    }

    fn take(&mut self, sections: &mut Sections<'a>, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    let import = import?;
                    if matches!(import.ty, TypeRef::Func(_)) {
                        sections.imports.push(import.name);
                    }
                }
            }
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.exports.insert(export.name, export.index as usize);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => sections.bodies.push(body),
            Payload::DataSection(reader) => {
                for segment in reader {
                    let segment = segment?;
                    sections.segments.push(segment.range.end - segment.data.len() as u64);
                }
            }
            Payload::CustomSection(reader) => self.take_custom(sections, &reader)?,
            _ => {}
        }
        Ok(())
    }

    fn take_custom(&mut self, sections: &mut Sections<'a>, reader: &CustomSectionReader<'a>) -> Result<()> {
        match reader.as_known() {
            KnownCustom::Name(reader) => {
                for name in reader {
                    if let Name::Function(names) = name? {
                        for naming in names {
                            let naming = naming?;
                            self.names.insert(naming.index as usize, naming.name);
                        }
                    }
                }
            }
            KnownCustom::Linking(reader) => {
                for subsection in reader.subsections() {
                    if let Linking::SymbolTable(symbols) = subsection? {
                        sections.symbols = symbols.into_iter().collect::<Result<_, _>>()?;
                    }
                }
            }
            KnownCustom::Reloc(reader) => {
                let entries = reader.entries().into_iter().collect::<Result<_, _>>()?;
                sections.relocations.push((reader.section_index() as usize, entries));
            }
            _ => {}
        }
        Ok(())
    }

    /// Makes relocations the graph's edges.
    fn connect(&mut self, sections: &Sections) -> Result<()> {
        let places = Places::of(sections)?;
        for (section, entries) in &sections.relocations {
            let start = sections.starts.get(*section).context("a relocation of no section")?;
            for entry in entries.iter().filter(|entry| entry.ty != RelocationType::TypeIndexLeb) {
                let target = match sections.symbols.get(entry.index as usize) {
                    Some(SymbolInfo::Func { index, .. }) => *index as usize,
                    Some(SymbolInfo::Data { symbol: Some(_), .. }) => self.functions + entry.index as usize,
                    _ => continue,
                };
                if is_address(entry.ty) {
                    self.addressed.insert(target);
                }
                for node in places.at(start + u64::from(entry.offset)) {
                    self.needs.entry(node).or_default().insert(target);
                }
            }
        }
        // The linker's own functions have no relocations.
        for (body, index) in sections.bodies.iter().zip(sections.imports.len()..) {
            if let Entry::Vacant(vacant) = self.needs.entry(index) {
                vacant.insert(called(body)?);
            }
        }
        Ok(())
    }

    /// Functions that are not reached from any export but through functions that are `cold`.
    pub fn beyond(&self, cold: impl Fn(&str) -> bool) -> BTreeSet<&'a str> {
        let is_cold = |node: &usize| self.names.get(node).is_some_and(|name| cold(name));
        let is_entry = |name: &&str| name.starts_with(ENTRY);
        let mut next: Vec<usize> =
            self.exports.iter().filter(|(name, _)| !is_entry(name)).map(|(_, index)| *index).collect();
        let mut reached: BTreeSet<usize> = next.iter().copied().collect();
        while let Some(node) = next.pop() {
            for need in self.needs.get(&node).into_iter().flatten() {
                if !is_cold(need) && reached.insert(*need) {
                    next.push(*need);
                }
            }
        }
        let of = |is_reached: bool| {
            self.names.iter().filter(move |(index, _)| reached.contains(index) == is_reached).map(|(_, name)| *name)
        };
        // Of two with one name neither is known.
        let kept: BTreeSet<_> = of.clone()(true).collect();
        of(false).filter(|name| !kept.contains(name)).collect()
    }

    /// All that have a name.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.names.values().copied()
    }

    /// Functions whose address is nowhere taken, as far as is known.
    pub fn unaddressed(&self) -> BTreeSet<&'a str> {
        let of = |is_addressed: bool| {
            self.names
                .iter()
                .filter(move |(index, _)| self.addressed.contains(index) == is_addressed)
                .map(|(_, name)| *name)
        };
        let addressed: BTreeSet<_> = of(true).collect();
        of(false).filter(|name| !addressed.contains(name)).collect()
    }
}

/// What lies where in the file.
struct Places {
    /// Sorted, and none overlaps another.
    functions: Vec<(Range<u64>, usize)>,
    /// Sorted by where they begin; one may lie in another.
    symbols: Vec<(Range<u64>, usize)>,
    /// The longest symbol's bytes.
    longest: u64,
}

impl Places {
    fn of(sections: &Sections) -> Result<Self> {
        let functions = sections.bodies.iter().map(FunctionBody::range).zip(sections.imports.len()..).collect();
        let first_symbol = sections.imports.len() + sections.bodies.len();
        let mut symbols = Vec::new();
        for (symbol, node) in sections.symbols.iter().zip(first_symbol..) {
            if let SymbolInfo::Data { symbol: Some(defined), .. } = symbol {
                let segment = sections.segments.get(defined.index as usize).context("a symbol of no segment")?;
                let start = segment + u64::from(defined.offset);
                symbols.push((start..start + u64::from(defined.size), node));
            }
        }
        symbols.sort_by_key(|(range, _)| range.start);
        let longest = symbols.iter().map(|(range, _)| range.end - range.start).max().unwrap_or(0);
        Ok(Self { functions, symbols, longest })
    }

    /// The function and the symbols that hold a byte.
    fn at(&self, byte: u64) -> impl Iterator<Item = usize> {
        let function = self.functions.partition_point(|(range, _)| range.end <= byte);
        let from = self.symbols.partition_point(|(range, _)| range.start + self.longest <= byte);
        let to = self.symbols.partition_point(|(range, _)| range.start <= byte);
        let candidates = self.functions.get(function..=function).unwrap_or_default().iter();
        let symbols = self.symbols.get(from..to).unwrap_or_default().iter();
        candidates.chain(symbols).filter(move |(range, _)| range.contains(&byte)).map(|(_, node)| *node)
    }
}

fn is_address(kind: RelocationType) -> bool {
    use RelocationType::{
        TableIndexI32, TableIndexI64, TableIndexRelSleb, TableIndexRelSleb64, TableIndexSleb, TableIndexSleb64,
    };
    matches!(
        kind,
        TableIndexI32 | TableIndexI64 | TableIndexRelSleb | TableIndexRelSleb64 | TableIndexSleb | TableIndexSleb64
    )
}

fn called(body: &FunctionBody) -> Result<BTreeSet<usize>> {
    let mut called = BTreeSet::new();
    for operator in body.get_operators_reader()? {
        if let Operator::Call { function_index } = operator? {
            called.insert(function_index as usize);
        }
    }
    Ok(called)
}
