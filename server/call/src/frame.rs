//! Why a frame of either protocol could not be understood.

use serde_json::error::Category;

/// Why a frame could not be understood. Holds nothing of the frame itself: frames carry voices, names and numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Larger than any honest frame.
    #[error("the frame has {bytes} bytes")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not JSON.
    #[error("the frame is not JSON (column {column})")]
    NotJson {
        /// Where reading stopped.
        column: usize,
    },
    /// JSON, but not of the shape its type has.
    #[error("the frame does not have the shape of its type (column {column})")]
    Shape {
        /// Where reading stopped.
        column: usize,
    },
    /// A part that this type of frame always has is not there.
    #[error("the frame lacks `{part}`")]
    Missing {
        /// The part.
        part: &'static str,
    },
}

impl From<serde_json::Error> for FrameError {
    fn from(error: serde_json::Error) -> Self {
        match error.classify() {
            Category::Data => Self::Shape { column: error.column() },
            Category::Io | Category::Syntax | Category::Eof => Self::NotJson { column: error.column() },
        }
    }
}
