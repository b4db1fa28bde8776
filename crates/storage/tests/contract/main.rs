//! The contract of every store, as named cases that run alike on memory, SQLite and Postgres.
//!
//! Postgres runs where `BOARDWALK_TEST_POSTGRES_URL` names a database, each case in a schema of its own; without it
//! its cases are reported as ignored. A case must not know which engine it runs on.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

mod access;
mod accounts;
mod append;
mod archive;
mod assets;
mod care;
mod engine;
mod household;
mod links;
mod meeting;
mod ownership;
mod samples;
mod snapshots;
mod takeover;
mod whole_store;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use storage::Storage;

use engine::{Engine, Place};

/// A case over one store.
type Case = fn(Arc<dyn Storage>) -> Pin<Box<dyn Future<Output = ()> + Send>>;
/// A case that opens a store itself, perhaps several times.
type PlaceCase = fn(Place) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Registers async functions as cases under their own names.
macro_rules! cases {
    ($type:ty: $($name:ident),* $(,)?) => {
        pub(crate) const CASES: &[(&str, $type)] = &[$((stringify!($name), |given| Box::pin($name(given)))),*];
    };
}
pub(crate) use cases;

const CASES: &[&[(&str, Case)]] = &[
    access::CASES,
    accounts::CASES,
    append::CASES,
    archive::CASES,
    assets::CASES,
    care::CASES,
    household::CASES,
    links::CASES,
    meeting::CASES,
    ownership::CASES,
    snapshots::CASES,
];

fn trial(engine: Engine, name: &str, run: impl Future<Output = ()> + Send + 'static) -> Trial {
    let runnable = engine.is_present();
    let trial = Trial::test(format!("{}::{name}", engine.name()), move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(run);
        Ok(())
    });
    trial.with_ignored_flag(!runnable).with_kind(if runnable { "" } else { engine::POSTGRES_NOT_RUN })
}

fn main() {
    let mut trials = vec![Trial::test(
        "memory::rows_stay_whole_under_any_interleaving",
        takeover::rows_stay_whole_under_any_interleaving,
    )];
    for engine in Engine::ALL {
        for &(name, case) in CASES.iter().copied().flatten() {
            trials.push(trial(
                engine,
                name,
                engine.in_a_fresh_place(move |place| async move {
                    case(place.open().await).await;
                }),
            ));
        }
        if engine.outlives_its_handle() {
            for &(name, case) in whole_store::CASES {
                trials.push(trial(engine, name, engine.in_a_fresh_place(case)));
            }
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
