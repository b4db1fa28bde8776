//! A program that tells which of its functions ran: what `frontend/late.txt` is made from. Each function sets a global,
//! which is exported by the function's name.

use anyhow::Result;
use walrus::ir::{Const, GlobalSet, Value};
use walrus::{ConstExpr, FunctionKind, Module, ValType};

/// What the names of the exports begin with.
const RAN: &str = "ran:";

/// The program with what it needs to tell.
pub fn counted(program: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::from_buffer(program)?;
    let named: Vec<_> =
        module.funcs.iter().filter_map(|function| Some((function.id(), function.name.clone()?))).collect();
    for (id, name) in named {
        let FunctionKind::Local(function) = &mut module.funcs.get_mut(id).kind else { continue };
        let zero = ConstExpr::Value(Value::I32(0));
        let global = module.globals.add_local(ValType::I32, true, false, zero);
        module.exports.add(&format!("{RAN}{name}"), global);
        let start = function.entry_block();
        let body = &mut function.block_mut(start).instrs;
        body.insert(0, (GlobalSet { global }.into(), Default::default()));
        body.insert(0, (Const { value: Value::I32(1) }.into(), Default::default()));
    }
    Ok(module.emit_wasm())
}
