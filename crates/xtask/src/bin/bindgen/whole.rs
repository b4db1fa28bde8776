//! A program that was cut into files and merged again still calls from one to another through the table, since a file
//! cannot name another's functions. Here such calls become direct; then an optimiser sees the program as a whole.
//!
//! The cut gives functions that are called from other files places in the table, as it gives those whose addresses are taken.
//! Places that nobody outside of the merged file calls, and that are nobody's address, are emptied, lest the table keep their
//! functions alive. An address is a word of data or a constant in code; whatever could be one counts, unless the linker
//! knows that the function's address is not taken.
//! Binaryen's own pass cannot do this: it takes places that are filled by files loaded later for empty.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use walrus::ir::{Call, Const, Instr, InstrSeq, Value, VisitorMut, dfs_pre_order_mut};
use walrus::{ConstExpr, DataKind, ElementItems, ElementKind, FunctionId, Module, TableId, TypeId};

/// Bytes of an address.
const WORD: usize = 4;

/// The merged program with direct calls; `others` are the files that may be loaded beside it, and `is_addressed` whether
/// a function's address may be taken, by its name.
pub fn direct(merged: &[u8], others: &[Vec<u8>], is_addressed: impl Fn(&str) -> bool) -> Result<Module> {
    let (mut called, mut used) = (BTreeSet::new(), BTreeSet::new());
    for other in others {
        let mut other = Module::from_buffer(other)?;
        let mut calls = Calls::default();
        visit(&mut other, &mut calls);
        called.extend(calls.called);
        used.extend(calls.constants);
        used.extend(words(&other));
    }
    let mut module = Module::from_buffer(merged)?;
    let (table, places) = places(&module)?;
    let types = places.values().map(|function| (*function, module.funcs.get(*function).ty())).collect();
    let mut calls = Calls { places: places.clone(), types, ..Calls::default() };
    visit(&mut module, &mut calls);
    called.extend(calls.called);
    used.extend(calls.constants);
    used.extend(words(&module));
    let is_needed = |place: &u32, function: &FunctionId| {
        let name = module.funcs.get(*function).name.as_deref();
        called.contains(place) || used.contains(place) && name.is_none_or(&is_addressed)
    };
    let needed = places.into_iter().filter(|(place, function)| is_needed(place, function)).collect();
    fill(&mut module, table, needed);
    walrus::passes::gc::run(&mut module);
    Ok(module)
}

/// The words of a file's data: an address lies at one of four bytes.
fn words(module: &Module) -> BTreeSet<u32> {
    let mut words = BTreeSet::new();
    for data in module.data.iter() {
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = &data.kind else { continue };
        let aligned = start.cast_unsigned().wrapping_neg() as usize % WORD;
        let from = data.value.get(aligned..).unwrap_or_default();
        words.extend(from.as_chunks::<WORD>().0.iter().map(|word| u32::from_le_bytes(*word)));
    }
    words
}

/// What the functions' table holds once all of the merged files have filled it.
pub fn places(module: &Module) -> Result<(TableId, BTreeMap<u32, FunctionId>)> {
    let mut places = BTreeMap::new();
    let mut tables = BTreeSet::new();
    for element in module.elements.iter() {
        let ElementKind::Active { table, offset } = &element.kind else { continue };
        let ConstExpr::Value(Value::I32(offset)) = offset else { bail!("a place of the table is not a number") };
        let functions: Vec<_> = match &element.items {
            ElementItems::Functions(functions) => functions.iter().copied().map(Some).collect(),
            ElementItems::Expressions(_, items) => items
                .iter()
                .map(|item| match item {
                    ConstExpr::RefFunc(function) => Some(*function),
                    _ => None,
                })
                .collect(),
        };
        tables.insert(*table);
        for (place, function) in (u32::try_from(*offset)?..).zip(functions) {
            let Some(function) = function else { continue };
            ensure!(places.insert(place, function).is_none(), "two files fill the table's place {place}");
        }
    }
    ensure!(tables.len() == 1, "one table of functions was expected");
    Ok((tables.into_iter().next().context("no table")?, places))
}

/// Replaces what fills the table.
pub fn fill(module: &mut Module, table: TableId, places: BTreeMap<u32, FunctionId>) {
    let old: Vec<_> = module.elements.iter().map(walrus::Element::id).collect();
    for id in old {
        module.elements.delete(id);
        module.tables.get_mut(table).elem_segments.remove(&id);
    }
    let mut runs = Vec::<(u32, Vec<FunctionId>)>::new();
    for (place, function) in places {
        match runs.last_mut() {
            Some((start, run)) if usize::try_from(place - *start).is_ok_and(|at| at == run.len()) => run.push(function),
            _ => runs.push((place, vec![function])),
        }
    }
    for (start, run) in runs {
        let offset = ConstExpr::Value(Value::I32(start.cast_signed()));
        let id = module.elements.add(ElementKind::Active { table, offset }, ElementItems::Functions(run));
        module.tables.get_mut(table).elem_segments.insert(id);
    }
}

fn visit(module: &mut Module, visitor: &mut impl VisitorMut) {
    for (_, function) in module.funcs.iter_local_mut() {
        let start = function.entry_block();
        dfs_pre_order_mut(visitor, function, start);
    }
}

/// Makes calls of known places direct, and notes what else could be a place.
#[derive(Default)]
struct Calls {
    places: BTreeMap<u32, FunctionId>,
    types: BTreeMap<FunctionId, TypeId>,
    /// Places that are called, and not known.
    called: BTreeSet<u32>,
    /// Constants that are not called where they stand.
    constants: BTreeSet<u32>,
}

impl VisitorMut for Calls {
    fn start_instr_seq_mut(&mut self, sequence: &mut InstrSeq) {
        let mut at = 0;
        while let Some((instruction, _)) = sequence.instrs.get(at) {
            at += 1;
            let Instr::Const(Const { value: Value::I32(place) }) = instruction else { continue };
            let place = place.cast_unsigned();
            let Some((Instr::CallIndirect(call), _)) = sequence.instrs.get(at) else {
                self.constants.insert(place);
                continue;
            };
            match self.places.get(&place) {
                Some(func) if self.types.get(func) == Some(&call.ty) => {
                    sequence.instrs[at].0 = Instr::Call(Call { func: *func });
                    sequence.instrs.remove(at - 1);
                }
                _ => drop(self.called.insert(place)),
            }
        }
    }
}
