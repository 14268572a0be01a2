//! Audio of the telephone: µ-law at 8 kHz and what is derived from it.
