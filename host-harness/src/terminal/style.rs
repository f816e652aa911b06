//! Colours, which `anstream` leaves out where they are not wanted.

use anstyle::{AnsiColor, Reset, Style};

/// Done.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Worth a look.
pub(crate) const NOTE: Style = AnsiColor::Yellow.on_default();
/// Of less weight.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// A heading.
pub(crate) const TITLE: Style = Style::new().bold();
/// An added line.
pub(crate) const ADDED: Style = AnsiColor::Green.on_default();
/// A removed line.
pub(crate) const REMOVED: Style = AnsiColor::Red.on_default();
/// The end of a colour.
pub(crate) const RESET: Reset = Reset;
