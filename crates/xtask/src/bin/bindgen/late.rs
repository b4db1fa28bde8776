//! A board's file cut once more: into what it begins with, and what comes a moment later. The two share memory and table.
//!
//! Either calls the other through the table. Until the later file is there, its places hold stubs of the first file, which
//! have the page load it and call on; so no code has to know in which of the two another is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::{Result, ensure};
use walrus::ir::{
    Call, CallIndirect, Const, Instr, InstrSeq, Value, Visitor, VisitorMut, dfs_in_order, dfs_pre_order_mut,
};
use walrus::{ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalKind, ImportKind, Module, TableId, TypeId};

use crate::whole::{fill, places};

/// The module's name under which the later file finds what the first exports, as every part does.
const FIRST: &str = "__wasm_split";
/// What stubs call, of the script that loads files.
const LOAD: &str = "late";

/// Which function goes where, by the indices that functions have in the file before it is cut.
struct Plan {
    moved: BTreeSet<usize>,
    /// Places in the table, of those in it before and of those that are called from the other file.
    places: BTreeMap<usize, u32>,
    /// The table's length.
    end: u32,
}

/// The two files: functions whose names are `late` go to the later one, save those that the page calls.
pub fn cut(whole: &mut Module, late: impl Fn(&str) -> bool, loader: &str) -> Result<[Vec<u8>; 2]> {
    share(whole)?;
    let bytes = whole.emit_wasm();
    let (mut first, mut later) = (Module::from_buffer(&bytes)?, Module::from_buffer(&bytes)?);
    let (table, filled) = places(&first)?;
    let called: BTreeSet<_> = first.exports.iter().map(|export| export.item).filter_map(function_of).collect();
    let is_moved = |id: FunctionId, name: Option<&str>| name.is_some_and(&late) && !called.contains(&id);
    let mut plan =
        Plan { moved: BTreeSet::new(), places: BTreeMap::new(), end: u32::try_from(first.tables.get(table).initial)? };
    let mut indices = HashMap::new();
    for (index, function) in first.funcs.iter().enumerate() {
        indices.insert(function.id(), index);
        let is_local = matches!(function.kind, FunctionKind::Local(_));
        if is_local && first.start != Some(function.id()) && is_moved(function.id(), function.name.as_deref()) {
            plan.moved.insert(index);
        }
    }
    for (place, function) in &filled {
        plan.places.entry(indices[function]).or_insert(*place);
    }
    plan.give_places(&first, &indices);
    let filled: BTreeMap<_, _> = filled.iter().map(|(place, function)| (*place, indices[function])).collect();
    begin(&mut first, table, &plan, &filled, loader);
    follow(&mut later, &plan, &filled)?;
    Ok([first.emit_wasm(), later.emit_wasm()])
}

impl Plan {
    /// Gives a place to whatever is called from the other file and has none.
    fn give_places(&mut self, module: &Module, indices: &HashMap<FunctionId, usize>) {
        for (id, function) in module.funcs.iter_local() {
            let is_moved = self.moved.contains(&indices[&id]);
            let mut callees = Callees::default();
            dfs_in_order(&mut callees, function, function.entry_block());
            for callee in callees.0.iter().map(|callee| indices[callee]) {
                if self.moved.contains(&callee) != is_moved && !self.places.contains_key(&callee) {
                    self.places.insert(callee, self.end);
                    self.end += 1;
                }
            }
        }
    }

    /// Makes calls of functions on the other side calls through the table, in the functions of one side.
    fn reroute(&self, module: &mut Module, table: TableId, later: bool) {
        let mut across = Across { table, away: HashMap::new() };
        let mut ours = Vec::new();
        for (index, function) in module.funcs.iter().enumerate() {
            if self.moved.contains(&index) == later {
                ours.push(function.id());
            } else if let Some(place) = self.places.get(&index) {
                across.away.insert(function.id(), (*place, function.ty()));
            }
        }
        for id in ours {
            if let FunctionKind::Local(function) = &mut module.funcs.get_mut(id).kind {
                let start = function.entry_block();
                dfs_pre_order_mut(&mut across, function, start);
            }
        }
    }

    fn lengthen(&self, module: &mut Module, table: TableId) {
        let table = module.tables.get_mut(table);
        table.initial = self.end.into();
        table.maximum = table.maximum.map(|maximum| maximum.max(table.initial));
    }

    /// What the table holds, by the function's indices: what held a place before, and who got one.
    fn table(&self, filled: &BTreeMap<u32, usize>) -> BTreeMap<u32, usize> {
        let given = self.places.iter().map(|(index, place)| (*place, *index));
        filled.iter().map(|(place, index)| (*place, *index)).chain(given).collect()
    }
}

/// Leaves in a file what it begins with.
fn begin(first: &mut Module, table: TableId, plan: &Plan, filled: &BTreeMap<u32, usize>, loader: &str) {
    plan.reroute(first, table, false);
    let ids: Vec<_> = first.funcs.iter().map(walrus::Function::id).collect();
    let nothing = first.types.add(&[], &[]);
    let (load, _) = first.add_import_func(loader, LOAD, nothing);
    for (index, place) in plan.places.iter().filter(|(index, _)| plan.moved.contains(index)) {
        stub(first, table, load, ids[*index], *place);
    }
    plan.lengthen(first, table);
    fill(first, table, plan.table(filled).into_iter().map(|(place, index)| (place, ids[index])).collect());
    walrus::passes::gc::run(first);
}

/// Makes a function load the later file and call on through its place, where it is then.
fn stub(module: &mut Module, table: TableId, load: FunctionId, id: FunctionId, place: u32) {
    let ty = module.funcs.get(id).ty();
    let (params, results) = module.types.params_results(ty);
    let (params, results) = (params.to_vec(), results.to_vec());
    let locals: Vec<_> = params.iter().map(|kind| module.locals.add(*kind)).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    let mut body = builder.func_body();
    body.call(load);
    for local in &locals {
        body.local_get(*local);
    }
    body.i32_const(place.cast_signed()).call_indirect(ty, table);
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(locals));
}

/// Leaves in a file what comes later; memory, table and globals are the first's.
fn follow(later: &mut Module, plan: &Plan, filled: &BTreeMap<u32, usize>) -> Result<()> {
    let (table, _) = places(later)?;
    plan.reroute(later, table, true);
    import_all(later)?;
    later.start = None;
    for id in later.data.iter().map(walrus::Data::id).collect::<Vec<_>>() {
        later.data.delete(id);
    }
    for memory in later.memories.iter_mut() {
        memory.data_segments.clear();
    }
    plan.lengthen(later, table);
    let ids: Vec<_> = later.funcs.iter().map(walrus::Function::id).collect();
    let moved = plan.table(filled).into_iter().filter(|(_, index)| plan.moved.contains(index));
    fill(later, table, moved.map(|(place, index)| (place, ids[index])).collect());
    walrus::passes::gc::run(later);
    let is_whole = |import: &walrus::Import| import.module == FIRST;
    ensure!(later.imports.iter().all(is_whole), "the later file needs something that is not the first's");
    Ok(())
}

/// Exports all that two files share.
fn share(module: &mut Module) -> Result<()> {
    ensure!(
        module.imports.iter().all(|import| matches!(import.kind, ImportKind::Function(_))),
        "only functions of the page's script were expected"
    );
    let memories = module.memories.iter().map(|memory| ExportItem::Memory(memory.id()));
    let tables = module.tables.iter().map(|table| ExportItem::Table(table.id()));
    let globals = module.globals.iter().map(|global| ExportItem::Global(global.id()));
    let exported: Vec<_> = module.exports.iter().map(|export| format!("{:?}", export.item)).collect();
    let all: Vec<_> = memories.chain(tables).chain(globals).collect();
    for (count, item) in all.into_iter().enumerate() {
        if !exported.contains(&format!("{item:?}")) {
            module.exports.add(&format!("__late_{count}"), item);
        }
    }
    Ok(())
}

/// Makes an import of everything exported that is not a function.
fn import_all(module: &mut Module) -> Result<()> {
    let exports: Vec<_> = module.exports.iter().map(|export| (export.id(), export.name.clone(), export.item)).collect();
    let mut imported = BTreeSet::new();
    for (export, name, item) in exports {
        module.exports.delete(export);
        if !imported.insert(format!("{item:?}")) {
            continue;
        }
        match item {
            ExportItem::Memory(id) => module.memories.get_mut(id).import = Some(module.imports.add(FIRST, &name, id)),
            ExportItem::Table(id) => module.tables.get_mut(id).import = Some(module.imports.add(FIRST, &name, id)),
            ExportItem::Global(id) => {
                module.globals.get_mut(id).kind = GlobalKind::Import(module.imports.add(FIRST, &name, id))
            }
            ExportItem::Function(_) => {}
            ExportItem::Tag(_) => return Err(anyhow::anyhow!("exceptions were not expected")),
        }
    }
    Ok(())
}

fn function_of(item: ExportItem) -> Option<FunctionId> {
    match item {
        ExportItem::Function(id) => Some(id),
        _ => None,
    }
}

#[derive(Default)]
struct Callees(BTreeSet<FunctionId>);

impl<'a> Visitor<'a> for Callees {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.0.insert(*function);
    }
}

/// Calls functions that are away through their places.
struct Across {
    table: TableId,
    away: HashMap<FunctionId, (u32, TypeId)>,
}

impl VisitorMut for Across {
    fn start_instr_seq_mut(&mut self, sequence: &mut InstrSeq) {
        let mut instructions = Vec::with_capacity(sequence.instrs.len());
        for (instruction, location) in std::mem::take(&mut sequence.instrs) {
            match &instruction {
                Instr::Call(Call { func }) if let Some((place, ty)) = self.away.get(func) => {
                    let place = Const { value: Value::I32(place.cast_signed()) };
                    instructions.push((place.into(), location));
                    instructions.push((CallIndirect { ty: *ty, table: self.table }.into(), location));
                }
                _ => instructions.push((instruction, location)),
            }
        }
        sequence.instrs = instructions;
    }
}

#[cfg(test)]
mod tests {
    use walrus::{ConstExpr, RefType, ValType};
    use wasmparser::Validator;

    use super::*;

    /// A function of a number that calls another.
    fn add(module: &mut Module, name: &str, calls: Option<FunctionId>) -> FunctionId {
        let argument = module.locals.add(ValType::I32);
        let mut builder = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[ValType::I32]);
        builder.name(name.to_owned());
        builder.func_body().local_get(argument);
        if let Some(callee) = calls {
            builder.func_body().call(callee);
        }
        builder.finish(vec![argument], &mut module.funcs)
    }

    /// `run` calls `rare`, which calls `often`; `rare` and `seldom` have places 1 and 2.
    fn whole() -> Module {
        let mut module = Module::default();
        let often = add(&mut module, "often", None);
        let rare = add(&mut module, "rare", Some(often));
        let seldom = add(&mut module, "seldom", None);
        let run = add(&mut module, "run", Some(rare));
        module.exports.add("run", run);
        let table = module.tables.add_local(false, 3, Some(3), RefType::FUNCREF);
        module.exports.add("table", table);
        fill(&mut module, table, BTreeMap::from([(1, rare), (2, seldom)]));
        let memory = module.memories.add_local(false, false, 1, None, None);
        let global = module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
        module.exports.add("memory", memory);
        module.exports.add("global", global);
        module
    }

    fn names(module: &Module) -> Vec<&str> {
        let mut names: Vec<_> = module
            .funcs
            .iter()
            .filter_map(|function| function.name.as_deref().filter(|_| is_local(function)))
            .collect();
        names.sort_unstable();
        names
    }

    fn is_local(function: &walrus::Function) -> bool {
        matches!(function.kind, FunctionKind::Local(_))
    }

    #[test]
    fn each_file_calls_the_other_through_the_table() {
        let [first, later] = cut(&mut whole(), |name| ["rare", "seldom", "run"].contains(&name), "./parts.js").unwrap();
        for file in [&first, &later] {
            Validator::new().validate_all(file).unwrap();
        }
        let (first, later) = (Module::from_buffer(&first).unwrap(), Module::from_buffer(&later).unwrap());
        assert_eq!(
            names(&first),
            ["often", "rare", "run", "seldom"],
            "what the page calls stays, with stubs for the others"
        );
        assert_eq!(names(&later), ["rare", "seldom"]);
        assert!(first.imports.find("./parts.js", LOAD).is_some());
        assert!(later.imports.iter().all(|import| import.module == FIRST));
        let placed = |module: &Module| -> BTreeMap<u32, String> {
            let (_, places) = places(module).unwrap();
            places.iter().map(|(place, id)| (*place, module.funcs.get(*id).name.clone().unwrap())).collect()
        };
        let rare = [(1, "rare".to_owned()), (2, "seldom".to_owned())];
        assert_eq!(placed(&later), BTreeMap::from(rare.clone()));
        assert_eq!(
            placed(&first),
            rare.into_iter().chain([(3, "often".to_owned())]).collect(),
            "who is called gets a place"
        );
    }
}
