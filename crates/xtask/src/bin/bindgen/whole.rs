//! A program that was cut into files and merged again still calls from one to another through the table, since a file
//! cannot name another's functions. Here such calls become direct; then an optimiser sees the program as a whole.
//!
//! The cut gives functions that are called from other files places at the end of the table, beyond those of the linked
//! program. Those that no file outside of the merged one calls lose them, lest the table keep them all alive.
//! Binaryen's own pass cannot do this: it takes places that are filled by files loaded later for empty.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use walrus::ir::{Call, Instr, InstrSeq, Value, VisitorMut, dfs_pre_order_mut};
use walrus::{ConstExpr, ElementItems, ElementKind, FunctionId, Module, TableId, TypeId};

/// How many places the table of a linked program has.
pub fn table_size(linked: &[u8]) -> Result<u64> {
    let module = Module::from_buffer(linked)?;
    Ok(module.tables.iter().map(|table| table.initial).max().unwrap_or(0))
}

/// The merged program with direct calls; `others` are the files that may be loaded beside it.
pub fn direct(merged: &[u8], linked_places: u64, others: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut called = BTreeSet::new();
    for other in others {
        called.extend(called_places(&mut Module::from_buffer(other)?));
    }
    let mut module = Module::from_buffer(merged)?;
    let (table, places) = places(&module)?;
    let types = places.values().map(|function| (*function, module.funcs.get(*function).ty())).collect();
    let mut calls = Calls { places: &places, types, seen: BTreeSet::new() };
    visit(&mut module, &mut calls);
    let is_kept = |place: u32| u64::from(place) < linked_places || called.contains(&place);
    let kept = places.into_iter().filter(|(place, _)| is_kept(*place)).collect();
    fill(&mut module, table, kept);
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

/// The places that a file calls.
fn called_places(module: &mut Module) -> BTreeSet<u32> {
    let mut calls = Calls { places: &BTreeMap::new(), types: BTreeMap::new(), seen: BTreeSet::new() };
    visit(module, &mut calls);
    calls.seen
}

/// What the functions' table holds once all of the merged files have filled it.
fn places(module: &Module) -> Result<(TableId, BTreeMap<u32, FunctionId>)> {
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
fn fill(module: &mut Module, table: TableId, places: BTreeMap<u32, FunctionId>) {
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

/// Makes calls of known places direct, and notes the others'.
struct Calls<'a> {
    places: &'a BTreeMap<u32, FunctionId>,
    types: BTreeMap<FunctionId, TypeId>,
    seen: BTreeSet<u32>,
}

impl VisitorMut for Calls<'_> {
    fn start_instr_seq_mut(&mut self, sequence: &mut InstrSeq) {
        let mut at = 1;
        while at < sequence.instrs.len() {
            if let (Instr::Const(place), Instr::CallIndirect(call)) =
                (&sequence.instrs[at - 1].0, &sequence.instrs[at].0)
                && let Value::I32(place) = place.value
            {
                let place = place.cast_unsigned();
                match self.places.get(&place) {
                    Some(func) if self.types.get(func) == Some(&call.ty) => {
                        sequence.instrs[at].0 = Instr::Call(Call { func: *func });
                        sequence.instrs.remove(at - 1);
                        continue;
                    }
                    _ => drop(self.seen.insert(place)),
                }
            }
            at += 1;
        }
    }
}
