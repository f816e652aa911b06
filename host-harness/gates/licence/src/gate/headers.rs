use finding::{Canary, Catalogue, FileScanner, Look, RepoPath, Source, Span};

use super::{Options, OptionsError, brought_along, is_licence};
use crate::header;

/// Looks at the heads of files, one at a time.
pub struct Headers {
    catalogue: Catalogue,
    options: Options,
}

impl Headers {
    /// The scanner by a policy.
    pub fn new(options: Options) -> Result<Self, OptionsError> {
        options.check()?;
        Ok(Self { catalogue: brought_along(), options })
    }
}

impl FileScanner for Headers {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        is_licence(path).then_some("is a licence file, which is looked at as a whole")
    }

    fn look(&self, path: &RepoPath, bytes: &[u8]) -> Look {
        let mut found = Vec::new();
        for (line, said) in header::identifiers(bytes) {
            let may_not = |said: &crate::Expression| match () {
                () if !said.is_met(|term| !self.options.denies(term)) => Some("licence/denied"),
                () if !said.is_met(|term| self.options.allows(term)) => Some("licence/not-allowed"),
                () => None,
            };
            let (rule, licence) = match said {
                Ok(expression) => (may_not(&expression), expression.to_string()),
                Err(text) => (Some("licence/unclear"), text),
            };
            let Some(rule) = rule else { continue };
            let object = format!("file {}", path.as_str());
            let told = [("object", object.as_str()), ("licence", &licence), ("name", path.as_str())];
            let mut one = self.catalogue.found(rule, &told, &licence);
            if rule == "licence/unclear" {
                one = self.options.weighed(one);
            }
            one.path = Some(path.clone());
            one.span = Some(Span::line(line));
            found.push(one);
        }
        Look::Scanned(found)
    }

    fn canary(&self) -> Canary {
        let path = RepoPath::parse("code-assist-canary/header.rs").expect("a path inside the repository");
        let bytes = b"// SPDX-License-Identifier: no such licence\n".to_vec();
        Canary { path, bytes, rule: "licence/unclear".to_owned() }
    }

    fn sources(&self) -> Vec<Source> {
        vec![self.catalogue.source("licence rules")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(deny: &str, head: &str) -> Vec<String> {
        let options = Options { deny: vec![deny.to_owned()], ..Options::default() };
        let scanner = Headers::new(options).expect("a policy");
        let path = RepoPath::parse("src/a.c").expect("a path");
        match scanner.look(&path, head.as_bytes()) {
            Look::Scanned(found) => found.into_iter().map(|found| found.rule.into_owned()).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_header_that_the_policy_denies_is_told() {
        assert_eq!(rules("GPL-3.0", "// SPDX-License-Identifier: GPL-3.0-or-later"), ["licence/denied"]);
        assert!(rules("GPL-3.0", "// SPDX-License-Identifier: GPL-3.0-only OR MIT").is_empty());
        assert!(rules("GPL-3.0", "// nothing").is_empty());
    }

    #[test]
    fn its_canary_is_found() {
        let scanner = Headers::new(Options::default()).expect("a policy");
        let canary = scanner.canary();
        let Look::Scanned(found) = scanner.look(&canary.path, &canary.bytes) else { panic!("not scanned") };
        assert_eq!(found[0].rule, canary.rule);
    }

    #[test]
    fn a_policy_with_a_name_that_is_no_licence_is_refused() {
        let options = Options { deny: vec!["GLP-3.0".to_owned()], ..Options::default() };
        assert!(Headers::new(options).is_err());
    }
}
