//! Grows with its owner.
