//! Where manifests and lock files do not agree, what is not pinned, what is new.

use finding::Held;
use packages::{Discord, Inventory, added, disagreements, read, unpinned};

fn inventory(files: &[(&str, &str)]) -> Inventory {
    let tree: Held = files.iter().map(|(path, text)| (*path, *text)).collect();
    read(&tree)
}

/// File and line, the package, and what is wrong.
fn shown(files: &[(&str, &str)]) -> Vec<String> {
    let one = |found: packages::Disagreement| {
        let what = match found.discord {
            Discord::Missing { .. } => "missing".to_owned(),
            Discord::Unmet { locked, .. } => format!("unmet by {}", locked.join(", ")),
            Discord::NoLock => "no lock file".to_owned(),
            Discord::NoManifest => "no manifest".to_owned(),
        };
        format!("{}:{} {} {what}", found.path.as_str(), found.line, found.name.unwrap_or_default())
    };
    disagreements(&inventory(files)).into_iter().map(one).collect()
}

const NPM: &str =
    "{\"lockfileVersion\": 3, \"packages\": {\"\": {}, \"node_modules/a\": {\"version\": \"1.2.0\"}}}";

#[test]
fn a_lock_file_that_the_manifest_has_outgrown_is_told() {
    let npm = "{\"dependencies\": {\n\"a\": \"^2.0.0\",\n\"b\": \"^1.0.0\"}}";
    assert_eq!(
        shown(&[("package.json", npm), ("package-lock.json", NPM)]),
        ["package.json:2 a unmet by 1.2.0", "package.json:3 b missing"]
    );
    let cargo =
        "[package]\nname = \"p\"\nversion = \"1.0.0\"\n[dependencies]\na = \"2\"\nb = { path = \"b\" }\n";
    let lock = "version = 4\n[[package]]\nname = \"p\"\nversion = \"1.0.0\"\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
    assert_eq!(shown(&[("Cargo.toml", cargo), ("Cargo.lock", lock)]), ["Cargo.toml:5 a unmet by 1.0.0"]);
    let composer = "{\"require\": {\"v/a\": \"^2\", \"v/replaced\": \"^1\", \"ext-json\": \"*\"}}";
    let lock =
        "{\"packages\": [{\"name\": \"v/a\", \"version\": \"1.0.0\", \"replace\": {\"v/replaced\": \"*\"}}]}";
    assert_eq!(
        shown(&[("composer.json", composer), ("composer.lock", lock)]),
        ["composer.json:1 v/a unmet by 1.0.0"]
    );
    let gem = "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0.0)\n\nDEPENDENCIES\n  a\n";
    assert_eq!(
        shown(&[("Gemfile", "gem 'a', '~> 2.0'\ngem 'b' if ENV['x']\n"), ("Gemfile.lock", gem)]),
        ["Gemfile:1 a unmet by 1.0.0"]
    );
    let python =
        "[project]\nname = \"p\"\ndependencies = [\"a>=2\", \"b; sys_platform == 'win32'\", \"c\"]\n";
    let lock = "version = 1\n[[package]]\nname = \"a\"\nversion = \"1.0\"\n";
    assert_eq!(
        shown(&[("pyproject.toml", python), ("uv.lock", lock)]),
        ["pyproject.toml:3 a unmet by 1.0", "pyproject.toml:3 c missing"]
    );
    let go = "module m\ngo 1.21\nrequire h.example/a v1.1.0\n";
    assert_eq!(
        shown(&[("go.mod", go), ("go.sum", "h.example/a v1.0.0 h1:x=\n")]),
        ["go.mod:3 h.example/a unmet by v1.0.0"]
    );
    let project =
        "<Project><ItemGroup><PackageReference Include=\"A\" Version=\"2.0.0\"/></ItemGroup></Project>";
    let lock = "{\"version\": 1, \"dependencies\": {\"net8.0\": {\"A\": {\"type\": \"Direct\", \"resolved\": \"1.0.0\"}}}}";
    assert_eq!(
        shown(&[("p.csproj", project), ("packages.lock.json", lock)]),
        ["p.csproj:1 a unmet by 1.0.0"]
    );
    assert_eq!(
        shown(&[("requirements.in", "a>=2\n"), ("requirements.txt", "a==1.0\n")]),
        ["requirements.in:1 a unmet by 1.0"]
    );
}

#[test]
fn what_agrees_or_can_not_be_told_is_not_told() {
    let manifest = "{\"dependencies\": {\"a\": \"latest\", \"w\": \"^1\", \"l\": \"file:../l\"}, \"optionalDependencies\": {\"o\": \"*\"}}";
    let member = "{\"name\": \"w\", \"version\": \"1.0.0\"}";
    assert!(
        shown(&[("package.json", manifest), ("w/package.json", member), ("package-lock.json", NPM)])
            .is_empty()
    );
    let overridden = "{\"dependencies\": {\"a\": \"^2\"}, \"resolutions\": {\"**/a\": \"1.2.0\"}}";
    assert!(shown(&[("package.json", overridden), ("package-lock.json", NPM)]).is_empty());
    let workspace = "{\"workspaces\": [\"packages/*\"]}";
    let inner = "{\"dependencies\": {\"a\": \"^1\"}}";
    assert!(
        shown(&[("package.json", workspace), ("packages/p/package.json", inner), ("package-lock.json", NPM)])
            .is_empty()
    );
    assert!(shown(&[("pyproject.toml", "[project]\nname = \"p\"\ndependencies = [\"a\"]\n")]).is_empty());
}

#[test]
fn a_file_without_its_other_half_is_told() {
    assert_eq!(
        shown(&[("package.json", "{\"dependencies\": {\"a\": \"1\"}}")]),
        ["package.json:1  no lock file"]
    );
    assert_eq!(shown(&[("package-lock.json", NPM)]), ["package-lock.json:1  no manifest"]);
    assert!(shown(&[("package.json", "{\"name\": \"x\"}")]).is_empty());
    assert!(
        shown(&[("package.json", "{\"dependencies\": {\"a\": \"1\"}}"), ("package-lock.json", "{")])
            .is_empty()
    );
    assert!(shown(&[("vendor/x/package.json", "{\"dependencies\": {\"a\": \"1\"}}")]).is_empty());
}

#[test]
fn what_can_come_to_something_else_is_not_pinned() {
    let read = inventory(&[
        (
            "requirements.txt",
            "a==1.0\nb>=1\nc\nd @ git+https://h.example/d\ne @ git+https://h.example/e@0123abcd\n",
        ),
        ("Cargo.toml", "[package]\nname = \"p\"\n[dependencies]\nw = \"*\"\nx = \"1\"\n"),
        ("Cargo.lock", "version = 4\n"),
    ]);
    let names: Vec<&str> = unpinned(&read).iter().map(|wish| wish.name.as_str()).collect();
    assert_eq!(names, ["w", "b", "c", "d"]);
}

#[test]
fn new_names_are_told_from_new_versions() {
    let before = inventory(&[("requirements.txt", "a==1.0\n")]);
    let now = inventory(&[("requirements.txt", "a==2.0\nb==1.0\n"), ("more/requirements.txt", "b==1.1\n")]);
    let names: Vec<&str> = added(&before, &now).iter().map(|package| package.id.name.as_str()).collect();
    assert_eq!(names, ["b"]);
}

#[test]
fn a_message_names_the_package_and_both_files() {
    let npm = "{\"dependencies\": {\"a\": \"^2.0.0\"}}";
    let found = disagreements(&inventory(&[("package.json", npm), ("package-lock.json", NPM)]));
    assert_eq!(
        found[0].message(),
        "`a` is wanted as `^2.0.0` and is locked at `1.2.0` in `package-lock.json`"
    );
}
