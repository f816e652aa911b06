//! What manifests and lock files of Python, the JVM and .NET come to.

use finding::Held;
use packages::{Inventory, Origin, Package, read};

fn inventory(files: &[(&str, &str)]) -> Inventory {
    let tree: Held = files.iter().map(|(path, text)| (*path, *text)).collect();
    let read = read(&tree);
    assert_eq!(read.broken, [], "nothing is broken");
    read
}

fn find<'i>(inventory: &'i Inventory, name: &str) -> &'i Package {
    let found = inventory.packages.iter().find(|package| package.id.name == name);
    found.unwrap_or_else(|| panic!("`{name}` is in {:?}", inventory.packages))
}

/// Line, name, wanted, and whether one version alone is.
fn wishes<'i>(inventory: &'i Inventory, path: &str) -> Vec<(u32, &'i str, &'i str, bool)> {
    let manifest = inventory.manifests.iter().find(|manifest| manifest.path.as_str() == path).unwrap();
    let one =
        |wish: &'i packages::Requirement| (wish.line, wish.name.as_str(), wish.wanted.as_str(), wish.exact);
    manifest.requirements.iter().map(one).collect()
}

#[test]
fn requirements_files_include_constrain_and_hash() {
    let hash = "--hash=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let first = format!(
        "# a comment\n-r deps/base.lst\n-c constraints.txt\nFlask==2.0.1 \\\n    {hash}\nrequests[socks] >= 2 ; python_version < '3.8' # why\nZ.z\n-e git+https://u:t@h.example/e.git@0123abcd#egg=e\n./local\n--extra-index-url https://x.example\n"
    );
    let read = inventory(&[
        ("requirements.txt", &first),
        ("deps/base.lst", "base==1.0\n"),
        ("constraints.txt", "z-z==3.0\nunused==1.0\n"),
    ]);
    assert_eq!(
        wishes(&read, "requirements.txt"),
        [
            (4, "flask", "==2.0.1", true),
            (6, "requests", ">= 2", false),
            (7, "z-z", "==3.0", true),
            (8, "e", "", false)
        ]
    );
    assert_eq!(find(&read, "flask").hashes.len(), 1);
    assert_eq!(find(&read, "base").path.as_str(), "deps/base.lst");
    assert_eq!(find(&read, "z-z").id.version, "3.0");
    assert!(read.read.iter().any(|path| path.as_str() == "deps/base.lst"));
}

#[test]
fn projects_of_python_name_groups_and_sources() {
    let project = "[project]\nname = \"p\"\nversion = \"1\"\nlicense = \"MIT\"\ndependencies = [\n  \"A_b>=1\",\n  \"c\",\n]\n[project.optional-dependencies]\nx = [\"d\"]\n[dependency-groups]\ndev = [\"t>2\", {include-group = \"other\"}]\n[tool.uv.sources]\nc = { git = \"https://h.example/c\", rev = \"0123abcd\" }\n";
    let read = inventory(&[("pyproject.toml", project)]);
    assert_eq!(
        wishes(&read, "pyproject.toml"),
        [(6, "a-b", ">=1", false), (7, "c", "", false), (10, "d", "", false), (12, "t", ">2", false)]
    );
    let manifest = &read.manifests[0];
    assert!(matches!(manifest.requirements[1].origin, Origin::Git { .. }));
    assert!(manifest.requirements[3].development && manifest.requirements[2].conditional);
    let poetry = "[tool.poetry]\nname = \"p\"\n[tool.poetry.dependencies]\npython = \"^3.9\"\na = \"^1.2\"\nb = { path = \"../b\" }\n[tool.poetry.group.dev.dependencies]\nt = { version = \"*\", source = \"mine\" }\n";
    let read = inventory(&[
        ("pyproject.toml", poetry),
        ("setup.cfg", "[metadata]\nname = p\n[options]\ninstall_requires =\n    a>=1\n    b\n"),
    ]);
    assert_eq!(
        wishes(&read, "pyproject.toml"),
        [(5, "a", "^1.2", false), (6, "b", "", false), (8, "t", "*", false)]
    );
    assert_eq!(wishes(&read, "setup.cfg"), [(5, "a", ">=1", false), (6, "b", "", false)]);
}

#[test]
fn lock_files_of_python_tell_hashes_origins_and_needs() {
    let hash = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let manifest = "[project]\nname = \"p\"\nversion = \"1\"\ndependencies = [\"a\"]\n[dependency-groups]\ndev = [\"t\"]\n[tool.poetry]\n[tool.pdm]\n[tool.uv]\n";
    let poetry = format!(
        "[[package]]\nname = \"a\"\nversion = \"1.0\"\ngroups = [\"main\"]\nfiles = [{{file = \"a.whl\", hash = \"{hash}\"}}]\n[package.dependencies]\nG = \">=1\"\n\n[[package]]\nname = \"g\"\nversion = \"2.0\"\ngroups = [\"main\"]\n[package.source]\ntype = \"git\"\nurl = \"https://h.example/g\"\nreference = \"main\"\nresolved_reference = \"0123abcd\"\n\n[[package]]\nname = \"t\"\nversion = \"3.0\"\ngroups = [\"dev\"]\n\n[metadata]\nlock-version = \"2.1\"\n"
    );
    let uv = format!(
        "version = 1\n[[package]]\nname = \"a\"\nversion = \"1.0\"\nsource = {{ registry = \"https://pypi.org/simple\" }}\ndependencies = [{{ name = \"g\" }}]\nsdist = {{ url = \"https://x\", hash = \"{hash}\" }}\n[[package]]\nname = \"g\"\nversion = \"2.0\"\nsource = {{ git = \"https://h.example/g?rev=main#0123abcd\" }}\n[[package]]\nname = \"p\"\nversion = \"1\"\nsource = {{ virtual = \".\" }}\ndependencies = [{{ name = \"a\" }}]\n[[package]]\nname = \"t\"\nversion = \"3.0\"\nsource = {{ registry = \"https://pypi.org/simple\" }}\n"
    );
    let pdm = format!(
        "[metadata]\nlock_version = \"4.4\"\n[[package]]\nname = \"a\"\nversion = \"1.0\"\ngroups = [\"default\"]\ndependencies = [\"G>=1\"]\nfiles = [{{file = \"a.whl\", hash = \"{hash}\"}}]\n[[package]]\nname = \"g\"\nversion = \"2.0\"\ngroups = [\"default\"]\ngit = \"https://h.example/g\"\nrevision = \"0123abcd\"\n[[package]]\nname = \"t\"\nversion = \"3.0\"\ngroups = [\"dev\"]\n"
    );
    for (name, lock) in [("poetry.lock", &poetry), ("uv.lock", &uv), ("pdm.lock", &pdm)] {
        let read = inventory(&[("pyproject.toml", manifest), (name, lock)]);
        let (a, g, t) = (find(&read, "a"), find(&read, "g"), find(&read, "t"));
        assert_eq!((a.hashes.len(), a.needs.len(), a.development), (1, 1, false), "{name}");
        let git = Origin::Git { url: "https://h.example/g".to_owned(), commit: Some("0123abcd".to_owned()) };
        assert_eq!((&g.origin, g.development, t.development), (&git, false, true), "{name}");
        assert_eq!(read.manifests[0].lock.as_ref().map(|lock| lock.as_str()), Some(name));
    }
    let pipenv = format!(
        "{{\"_meta\": {{\"sources\": []}}, \"default\": {{\n\"a\": {{\"version\": \"==1.0\", \"hashes\": [\"{hash}\"]}}}}, \"develop\": {{\"t\": {{\"version\": \"==3.0\"}}}}}}"
    );
    let read = inventory(&[
        ("Pipfile", "[packages]\na = \"*\"\n[dev-packages]\nt = \"*\"\n"),
        ("Pipfile.lock", &pipenv),
    ]);
    assert_eq!((find(&read, "a").id.version.as_str(), find(&read, "a").line), ("1.0", 2));
    assert!(find(&read, "t").development);
}

#[test]
fn maven_resolves_properties_parents_and_managed_versions() {
    let parent = "<project><groupId>g</groupId><artifactId>parent</artifactId><version>1</version><properties><v>2.0</v></properties><dependencyManagement><dependencies>\n<dependency><groupId>m</groupId><artifactId>managed</artifactId><version>${v}</version></dependency></dependencies></dependencyManagement></project>";
    let child = "<project>\n<parent><groupId>g</groupId><artifactId>parent</artifactId><version>1</version></parent>\n<artifactId>child</artifactId>\n<licenses><license><name>Apache-2.0</name></license></licenses><dependencies>\n<dependency><groupId>m</groupId><artifactId>managed</artifactId></dependency>\n<dependency><groupId>x</groupId><artifactId>y</artifactId><version>[1,2)</version><scope>test</scope></dependency>\n<dependency><groupId>u</groupId><artifactId>unknown</artifactId></dependency>\n</dependencies></project>";
    let read = inventory(&[("pom.xml", parent), ("child/pom.xml", child)]);
    assert_eq!(
        wishes(&read, "child/pom.xml"),
        [(5, "m:managed", "2.0", true), (6, "x:y", "[1,2)", false), (7, "u:unknown", "", false)]
    );
    assert_eq!(find(&read, "m:managed").path.as_str(), "child/pom.xml");
    let child = read.manifests.iter().find(|manifest| manifest.path.as_str() == "child/pom.xml").unwrap();
    assert_eq!((child.name.as_deref(), child.licence.as_deref()), (Some("g:child"), Some("Apache-2.0")));
}

#[test]
fn gradle_reads_coordinates_catalogues_locks_and_hashes() {
    let build = "ext.kotlin = '1.9'\ndependencies {\n  implementation \"a:b:1.0\"\n  // implementation 'no:no:1'\n  testImplementation(group = \"t\", name = \"u\", version = \"2\")\n  api \"org:kt:$kotlin\"\n  implementation project(':x')\n  implementation(libs.y)\n  kapt \"p:q:${fromProperties}\"\n}\n";
    let read = inventory(&[
        ("build.gradle", build),
        ("gradle.properties", "fromProperties=3.1\n"),
        (
            "gradle/libs.versions.toml",
            "[versions]\nv = \"4.0\"\n[libraries]\ny = { module = \"l:y\", version.ref = \"v\" }\nz = \"l:z:5\"\n",
        ),
        (
            "other/gradle.lockfile",
            "# comment\na:b:1.0=compileClasspath,runtimeClasspath\nt:u:2=testRuntimeClasspath\nempty=\n",
        ),
        (
            "gradle/verification-metadata.xml",
            "<verification-metadata><components><component group=\"a\" name=\"b\" version=\"1.0\"><artifact name=\"b-1.0.jar\"><sha256 value=\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"/></artifact></component></components></verification-metadata>",
        ),
    ]);
    assert_eq!(
        wishes(&read, "build.gradle"),
        [(3, "a:b", "1.0", true), (5, "t:u", "2", true), (6, "org:kt", "1.9", true), (9, "p:q", "3.1", true)]
    );
    assert_eq!(wishes(&read, "gradle/libs.versions.toml"), [(4, "l:y", "4.0", true), (5, "l:z", "5", true)]);
    assert_eq!(find(&read, "a:b").hashes.len(), 1);
    let locked: Vec<_> =
        read.packages.iter().filter(|package| package.path.as_str().ends_with("lockfile")).collect();
    assert_eq!(
        locked.iter().map(|package| (package.line, package.development)).collect::<Vec<_>>(),
        [(2, false), (3, true)]
    );
}

#[test]
fn nuget_reads_projects_central_versions_and_locks() {
    let read = inventory(&[
        (
            "Directory.Packages.props",
            "<Project><PropertyGroup><V>2.0.0</V></PropertyGroup><ItemGroup>\n<PackageVersion Include=\"Central.Pkg\" Version=\"$(V)\" /></ItemGroup></Project>",
        ),
        (
            "src/a.csproj",
            "\u{feff}<Project Sdk=\"x\"><ItemGroup>\n<PackageReference Include=\"Newtonsoft.Json\" Version=\"13.0.1\" />\n<PackageReference Include=\"Central.Pkg\" />\n<PackageReference Include=\"Tool\" PrivateAssets=\"all\"><Version>1.*</Version></PackageReference>\n</ItemGroup></Project>",
        ),
        ("old/packages.config", "<packages>\n<package id=\"jQuery\" version=\"3.0.0\" />\n</packages>"),
        (
            "locked/b.csproj",
            "<Project><ItemGroup><PackageReference Include=\"A\" Version=\"1.0.0\" /></ItemGroup></Project>",
        ),
        (
            "locked/packages.lock.json",
            "{\"version\": 1, \"dependencies\": {\"net8.0\": {\n\"A\": {\"type\": \"Direct\", \"requested\": \"[1.0.0, )\", \"resolved\": \"1.0.0\", \"dependencies\": {\"B\": \"2.0.0\"}},\n\"B\": {\"type\": \"Transitive\", \"resolved\": \"2.0.0\"}}}}",
        ),
    ]);
    assert_eq!(
        wishes(&read, "src/a.csproj"),
        [
            (2, "newtonsoft.json", "13.0.1", true),
            (3, "central.pkg", "2.0.0", true),
            (4, "tool", "1.*", false)
        ]
    );
    assert_eq!(find(&read, "jquery").line, 2);
    assert_eq!(find(&read, "a").needs.first().map(|need| need.name.as_str()), Some("b"));
    assert_eq!((find(&read, "a").path.as_str(), find(&read, "b").line), ("locked/packages.lock.json", 3));
}
