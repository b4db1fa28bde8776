//! Which shapes a transaction of others changed, and what of each, as the document tells it while it commits. Of own ones their
//! reversal says it, which costs a fifth less of a large edit. Must not know what a shape's keys mean.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use yrs::types::{Event, PathSegment};
use yrs::{DeepObservable, MapRef};

use crate::ShapeId;

const LISTENER: &str = "board";

/// What was touched since it was taken last.
pub(crate) struct Touched(Arc<Mutex<Touches>>);

/// Shapes that were changed.
#[derive(Default)]
pub(crate) struct Touches {
    /// Made, removed, or changed deep inside.
    pub(crate) whole: BTreeSet<ShapeId>,
    /// The values of these keys were changed; the shape may be among those above, too.
    pub(crate) parts: Vec<(ShapeId, Vec<Arc<str>>)>,
}

impl Touched {
    /// Listens to the root map for as long as the document lives.
    pub(crate) fn of(root: &MapRef) -> Self {
        let touched = Self(Arc::default());
        touched.listen(root);
        touched
    }

    /// Does something that need not be heard.
    pub(crate) fn unheard<T>(&self, root: &MapRef, run: impl FnOnce() -> T) -> T {
        root.unobserve_deep(LISTENER);
        let result = run();
        self.listen(root);
        result
    }

    fn listen(&self, root: &MapRef) {
        let sink = Arc::clone(&self.0);
        root.observe_deep(LISTENER, move |txn, events| {
            let mut touched = sink.lock().unwrap_or_else(PoisonError::into_inner);
            for event in events.iter() {
                let path = event.path();
                match (path.front(), event) {
                    (Some(PathSegment::Key(id)), Event::Map(shape)) if path.len() == 1 => {
                        let keys = || shape.keys(txn).keys().cloned().collect();
                        touched.parts.extend(ShapeId::parse(id).map(|id| (id, keys())));
                    }
                    (Some(PathSegment::Key(id)), _) => touched.whole.extend(ShapeId::parse(id)),
                    (None, Event::Map(root)) => {
                        touched.whole.extend(root.keys(txn).keys().filter_map(|id| ShapeId::parse(id)));
                    }
                    (Some(PathSegment::Index(_)) | None, _) => {}
                }
            }
        });
    }

    pub(crate) fn take(&self) -> Touches {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
