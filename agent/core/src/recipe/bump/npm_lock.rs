//! package-lock.json, versions 2 and 3.

use std::{cmp::Ordering, collections::BTreeSet};

use agent_contract::RepoPath;

use super::{
    Bump,
    edits::Edits,
    json::Json,
    npm,
    requirement::{Signs, Wanted, wanted},
    version::Version,
};
use crate::recipe::{RecipeFault, answer::Span};

/// A lock file that is read.
struct Lock<'a> {
    bump: &'a Bump,
    path: &'a RepoPath,
    document: &'a Json,
    packages: &'a [(String, Json)],
}

/// Brings a lock file up to date, or refuses.
pub(super) fn lock(bump: &Bump, path: &RepoPath, text: &str, edits: &mut Edits) -> Result<(), RecipeFault> {
    let document = Json::parse(text, &format!("`{path}`"))?;
    let packages = document.get("packages").map(Json::fields).unwrap_or_default();
    let lock = Lock { bump, path, document: &document, packages };
    if packages.is_empty() {
        return Err(lock.beyond("has a form before version 2"));
    }
    let mut installed = BTreeSet::new();
    for (owner, json) in packages {
        if lock.is_changed(owner, edits) && lock.copies(json, edits)? {
            installed.insert(
                lock.resolved(owner).ok_or_else(|| lock.beyond("does not have it and is not up to date"))?,
            );
        }
    }
    for at in installed {
        lock.install(at, edits)?;
    }
    Ok(())
}

impl<'a> Lock<'a> {
    /// Whether an entry is a copy of a manifest that changes.
    fn is_changed(&self, owner: &str, edits: &Edits) -> bool {
        let folder = self.path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
        let parts: Vec<_> =
            [folder, owner, "package.json"].into_iter().filter(|part| !part.is_empty()).collect();
        let manifest = parts.join("/");
        edits.manifests.iter().any(|path| path.as_str() == manifest)
    }

    /// The copy of a manifest asks for what the manifest asks for.
    fn copies(&self, owner: &Json, edits: &mut Edits) -> Result<bool, RecipeFault> {
        let mut asks = false;
        for (there, span) in
            npm::requirements(self.bump, owner).into_iter().filter(|(there, _)| !npm::is_place(there))
        {
            asks = true;
            if let Wanted::Other(text) = wanted(self.bump, there, Signs::NPM, &format!("`{}`", self.path))? {
                edits.splice(self.path, span, text);
            }
        }
        Ok(asks)
    }

    /// The entry that a package finds when it asks for ours: beside itself, or further out.
    fn resolved(&self, owner: &str) -> Option<&'a str> {
        let mut at = owner;
        loop {
            let sought = match at {
                "" => format!("node_modules/{}", self.bump.package),
                _ => format!("{at}/node_modules/{}", self.bump.package),
            };
            if let Some((name, _)) = self.packages.iter().find(|(name, _)| *name == sought) {
                return Some(name);
            }
            at = match (at.rfind("/node_modules/"), at.starts_with("node_modules/"), at.rfind('/')) {
                _ if at.is_empty() => return None,
                (Some(end), ..) => &at[..end],
                (None, true, _) | (None, false, None) => "",
                (None, false, Some(end)) => &at[..end],
            };
        }
    }

    fn install(&self, at: &str, edits: &mut Edits) -> Result<(), RecipeFault> {
        let Some((_, entry)) = self.packages.iter().find(|(name, _)| name == at) else { return Ok(()) };
        let Some((there, _)) = entry.get("version").and_then(Json::text) else {
            edits.tell(format!("`{}`: left, `{at}` is a link", self.path));
            return Ok(());
        };
        let old = Version::parse(there).ok_or_else(|| self.beyond("has a version that is not known here"))?;
        let order = old.order(&self.bump.version);
        if order == Ordering::Equal
            || order == Ordering::Greater && !edits.is_exact && old.is_compatible(&self.bump.version)
        {
            edits.tell(format!("`{}`: has {there} already", self.path));
            return Ok(());
        }
        self.agreed(at, edits)?;
        self.change(entry, &old, edits)?;
        if let Some(legacy) = self.document.get("dependencies") {
            let is_outermost = at == format!("node_modules/{}", self.bump.package);
            let entry = legacy.get(&self.bump.package).filter(|_| is_outermost);
            self.change(entry.ok_or_else(|| self.beyond("has two forms that do not agree"))?, &old, edits)?;
        }
        let (path, package) = (self.path, &self.bump.package);
        edits.tell(format!("`{path}`: {there} becomes {}", self.bump.version.as_str()));
        edits.warn(format!(
            "`{path}`: what `{package}` itself depends on is as it was; `npm install --package-lock-only` puts it right if that changed"
        ));
        Ok(())
    }

    /// Everybody who finds this entry must be able to use the new version.
    fn agreed(&self, at: &str, edits: &Edits) -> Result<(), RecipeFault> {
        for (owner, json) in self.packages.iter().filter(|(owner, _)| !self.is_changed(owner, edits)) {
            let asks = npm::requirements(self.bump, json);
            if asks.is_empty() || self.resolved(owner) != Some(at) {
                continue;
            }
            if !asks.iter().all(|(asked, _)| satisfies(asked, &self.bump.version)) {
                return Err(self.beyond("has other packages that need the version that is there"));
            }
        }
        Ok(())
    }

    fn change(&self, entry: &Json, old: &Version, edits: &mut Edits) -> Result<(), RecipeFault> {
        let text = |name: &str| entry.get(name).and_then(Json::text);
        let (Some(version), Some(resolved), Some(integrity)) =
            (text("version"), text("resolved"), text("integrity"))
        else {
            return Err(self.beyond("has it without an address or a hash"));
        };
        let Some(hash) = &self.bump.hashes.integrity else {
            return Err(self.beyond("has the hash of another version").hint(format!(
                "give parameter `integrity`: `npm view {}@{} dist.integrity` tells it",
                self.bump.package,
                self.bump.version.as_str()
            )));
        };
        edits.splice(self.path, version.1, self.bump.version.as_str());
        edits.splice(self.path, integrity.1, hash);
        edits.splice(self.path, resolved.1, self.address(resolved, old)?);
        Ok(())
    }

    /// The address of the new version: as told, or as the old one has it.
    fn address(&self, (there, _): (&str, Span), old: &Version) -> Result<String, RecipeFault> {
        if let Some(told) = &self.bump.hashes.resolved {
            return Ok(told.clone());
        }
        let file = self.bump.package.rsplit('/').next().unwrap_or_default();
        let head = there.strip_suffix(&format!("/-/{file}-{}.tgz", old.as_str()));
        let address = head.map(|head| format!("{head}/-/{file}-{}.tgz", self.bump.version.as_str()));
        address.ok_or_else(|| self.beyond("has an address of another form").hint("give parameter `resolved`"))
    }

    fn beyond(&self, why: &str) -> RecipeFault {
        let (package, version) = (&self.bump.package, self.bump.version.as_str());
        let message = format!("`{}` can't be kept right with `{package}` {version}: it {why}", self.path);
        RecipeFault::new("recipe-lock", message)
            .hint("set `lock` to `leave` and run `npm install --package-lock-only` afterwards")
    }
}

/// Whether a version is one of those that are asked for. What is not known here is not.
fn satisfies(asked: &str, version: &Version) -> bool {
    asked.split("||").any(|asked| {
        let asked = asked.trim();
        let sign = asked.len() - asked.trim_start_matches(['^', '~', '=', '>']).len();
        let (sign, least) = asked.split_at(sign);
        let Some(least) = Version::parse(least.trim()) else { return asked == "*" || asked.is_empty() };
        let is_later = version.order(&least) != Ordering::Less;
        match sign {
            "^" => is_later && version.is_compatible(&least),
            "~" => is_later && version.has_minor_of(&least),
            ">=" => is_later,
            "" | "=" => version.order(&least) == Ordering::Equal,
            _ => false,
        }
    })
}
