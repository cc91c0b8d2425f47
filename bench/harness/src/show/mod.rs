//! Reports for people: tables on the terminal and in Markdown, from one description of their cells.

pub mod grid;
pub mod markdown;
pub mod tables;
pub mod units;
