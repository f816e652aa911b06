//! Licences by their SPDX identifiers. One that is not listed is refused: a slip of the
//! pen would stand on every file.

/// The identifiers of the SPDX list that are met in practice, old ones included.
const LICENCES: &[&str] = &[
    "0BSD",
    "AFL-3.0",
    "AGPL-1.0",
    "AGPL-3.0",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "Apache-1.1",
    "Apache-2.0",
    "APSL-2.0",
    "Artistic-1.0",
    "Artistic-1.0-Perl",
    "Artistic-2.0",
    "BlueOak-1.0.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-2-Clause-Patent",
    "BSD-3-Clause",
    "BSD-3-Clause-Clear",
    "BSD-4-Clause",
    "BSD-Source-Code",
    "BSL-1.0",
    "BUSL-1.1",
    "bzip2-1.0.6",
    "CAL-1.0",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-ND-4.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "CDDL-1.0",
    "CDDL-1.1",
    "CDLA-Permissive-2.0",
    "CECILL-2.1",
    "CECILL-B",
    "CECILL-C",
    "CERN-OHL-P-2.0",
    "CERN-OHL-S-2.0",
    "CERN-OHL-W-2.0",
    "CPAL-1.0",
    "CPL-1.0",
    "curl",
    "ECL-2.0",
    "EFL-2.0",
    "Elastic-2.0",
    "EPL-1.0",
    "EPL-2.0",
    "EUPL-1.1",
    "EUPL-1.2",
    "FSL-1.1-ALv2",
    "FSL-1.1-MIT",
    "FTL",
    "GFDL-1.3-only",
    "GFDL-1.3-or-later",
    "GPL-1.0-only",
    "GPL-1.0-or-later",
    "GPL-2.0",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "HPND",
    "ICU",
    "IJG",
    "IPL-1.0",
    "ISC",
    "JSON",
    "LGPL-2.0",
    "LGPL-2.0-only",
    "LGPL-2.0-or-later",
    "LGPL-2.1",
    "LGPL-2.1-only",
    "LGPL-2.1-or-later",
    "LGPL-3.0",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "Libpng",
    "libpng-2.0",
    "libtiff",
    "LPL-1.02",
    "LPPL-1.3c",
    "MIT",
    "MIT-0",
    "MIT-Modern-Variant",
    "MPL-1.1",
    "MPL-2.0",
    "MPL-2.0-no-copyleft-exception",
    "MS-PL",
    "MS-RL",
    "MulanPSL-2.0",
    "NCSA",
    "NTP",
    "ODbL-1.0",
    "OFL-1.1",
    "OpenSSL",
    "OSL-3.0",
    "PDDL-1.0",
    "PHP-3.01",
    "PolyForm-Noncommercial-1.0.0",
    "PolyForm-Small-Business-1.0.0",
    "PostgreSQL",
    "PSF-2.0",
    "Python-2.0",
    "QPL-1.0",
    "Ruby",
    "SISSL",
    "Sleepycat",
    "SSPL-1.0",
    "TCL",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "UPL-1.0",
    "Vim",
    "W3C",
    "WTFPL",
    "X11",
    "xpp",
    "Zlib",
    "zlib-acknowledgement",
    "ZPL-2.1",
];

/// What may follow `WITH`.
const EXCEPTIONS: &[&str] = &[
    "Autoconf-exception-2.0",
    "Autoconf-exception-3.0",
    "Bison-exception-2.2",
    "Bootloader-exception",
    "Classpath-exception-2.0",
    "CLISP-exception-2.0",
    "eCos-exception-2.0",
    "Font-exception-2.0",
    "GCC-exception-2.0",
    "GCC-exception-3.1",
    "LGPL-3.0-linking-exception",
    "Libtool-exception",
    "Linux-syscall-note",
    "LLVM-exception",
    "OCaml-LGPL-linking-exception",
    "OpenJDK-assembly-exception-1.0",
    "openvpn-openssl-exception",
    "PS-or-PDF-font-exception-20170817",
    "Qt-GPL-exception-1.0",
    "Qt-LGPL-exception-1.1",
    "Swift-exception",
    "Universal-FOSS-exception-1.0",
    "WxWindows-exception-3.1",
];

const CHARS_MAX: usize = 64;

/// What may come next in an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Licence,
    Exception,
    /// An operator, `WITH` among them.
    AfterLicence,
    Operator,
}

/// Whether a text is an expression of licences that are known: `MIT`, `MIT OR (ISC AND
/// Zlib)`, `GPL-2.0-only WITH Classpath-exception-2.0`, `LicenseRef-Acme`.
pub(in crate::recipe) fn is_expression(text: &str) -> bool {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let (mut depth, mut next) = (0_usize, Next::Licence);
    for word in spaced.split_whitespace() {
        next = match (word, next) {
            ("(", Next::Licence) => {
                depth += 1;
                Next::Licence
            }
            (")", Next::AfterLicence | Next::Operator) if depth > 0 => {
                depth -= 1;
                Next::Operator
            }
            ("AND" | "OR", Next::AfterLicence | Next::Operator) => Next::Licence,
            ("WITH", Next::AfterLicence) => Next::Exception,
            (id, Next::Licence) if is_licence(id) => Next::AfterLicence,
            (id, Next::Exception) if EXCEPTIONS.contains(&id) => Next::Operator,
            _ => return false,
        };
    }
    depth == 0 && matches!(next, Next::AfterLicence | Next::Operator) && !text.contains(char::is_control)
}

fn is_licence(id: &str) -> bool {
    // `+` stands for the later ones too.
    LICENCES.contains(&id.strip_suffix('+').unwrap_or(id)) || is_own(id)
}

/// A licence that is on no list has a name of this form.
fn is_own(id: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let name = id.strip_prefix("LicenseRef-");
    name.is_some_and(|name| !name.is_empty() && name.len() <= CHARS_MAX && name.bytes().all(part))
}
