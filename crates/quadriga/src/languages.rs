//! The languages that this build contains; the only place that knows them by name.

use std::sync::Arc;

/// One object per language, in the order in which they were switched on. The first is the default of a
/// context.
pub(crate) fn builtin() -> Vec<Arc<dyn vm::Language>> {
    vec![
        #[cfg(feature = "miniscript")]
        Arc::new(quadriga_miniscript::language()),
    ]
}
