use super::*;

const NAME: &str = "example.com/pad";
const SUM: &str = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const MOD: &str = "h1:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=";

fn bump(version: &'static str, more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [&[("package", NAME), ("version", version)], more].concat()
}

const MANIFEST: &str = "module example.com/a\n\ngo 1.22\n\nrequire example.com/pad v1.0.0 // v1.0.0 indirect\n\
                        require (\n\texample.com/pad/v2 v2.0.0\n\texample.com/other v1.0.0\n\texample.com/pad   v1.1.0\r\n)\n\
                        replace example.com/pad => ../pad\nexclude example.com/pad v1.0.1\n";

#[test]
fn every_line_is_seen_and_every_other_byte_kept() {
    for version in ["1.2.0", "v1.2.0"] {
        let mut there = shelf(&[("go.mod", MANIFEST)]);
        let outcome = there.did("bump", &bump(version, &[]));
        let expected = MANIFEST
            .replace("require example.com/pad v1.0.0 //", "require example.com/pad v1.2.0 //")
            .replace("example.com/pad   v1.1.0", "example.com/pad   v1.2.0");
        assert_eq!(there.text("go.mod"), expected);
        assert_eq!(outcome.warnings, ["`go.mod` replaces `example.com/pad`; that is left as it is"]);
    }
}

#[test]
fn the_path_names_the_major_version() {
    let manifest =
        "require example.com/pad v1.0.0\nrequire example.com/pad/v2 v2.0.0\nrequire gopkg.in/pad.v3 v3.0.0\n";
    for (package, version, code) in [
        (NAME, "2.0.0", Some("recipe-parameter-malformed")),
        (NAME, "2.0.0+incompatible", None),
        ("example.com/pad/v2", "2.1.0", None),
        ("example.com/pad/v2", "3.0.0", Some("recipe-parameter-malformed")),
        ("gopkg.in/pad.v3", "3.1.0", None),
        (NAME, "0.9.0", Some("recipe-downgrade")),
        (NAME, "1.0.0", Some("edit-without-effect")),
        ("example.com/pa", "1.0.0", Some("recipe-nothing-found")),
    ] {
        let mut there = shelf(&[("go.mod", manifest)]);
        let parameters = [("package", package), ("version", version)];
        match code {
            Some(code) => assert_eq!(there.fault("bump", &parameters).0, code, "{package} {version}"),
            None => drop(there.did("bump", &parameters)),
        }
    }
}

#[test]
fn sums_are_added_where_they_belong() {
    let manifest = "require example.com/pad v1.0.0\n";
    let sums =
        "example.com/a v1.0.0 h1:x=\nexample.com/pad v1.0.0 h1:x=\nexample.com/pad v1.0.0/go.mod h1:x=\n";
    let rest = "example.com/pad v1.10.0/go.mod h1:x=\nexample.com/z v1.0.0 h1:x=\n";
    let text = format!("{sums}{rest}");
    let mut there = shelf(&[("go.mod", manifest), ("go.sum", &text)]);
    let (code, message) = there.fault("bump", &bump("1.2.0", &[("go_sum", SUM)]));
    assert_eq!(code, "recipe-lock");
    assert!(message.contains("go mod download -json example.com/pad@v1.2.0"), "{message}");
    there.did("bump", &bump("1.2.0", &[("go_sum", SUM), ("go_mod_sum", MOD)]));
    let added = format!("example.com/pad v1.2.0 {SUM}\nexample.com/pad v1.2.0/go.mod {MOD}\n");
    assert_eq!(there.text("go.sum"), format!("{sums}{added}{rest}"));

    let mut there = shelf(&[("go.mod", manifest), ("go.sum", &format!("{sums}{added}"))]);
    there.did("bump", &bump("1.2.0", &[]));
    assert_eq!(there.text("go.sum"), format!("{sums}{added}"));

    let mut there = shelf(&[("go.mod", manifest), ("go.sum", sums.trim_end())]);
    there.did("bump", &bump("1.2.0", &[("go_sum", SUM), ("go_mod_sum", MOD)]));
    assert_eq!(there.text("go.sum"), format!("{sums}{added}"));

    let later = "example.com/z v1.0.0 h1:x=\n";
    let mut there = shelf(&[("go.mod", manifest), ("go.sum", &format!("{sums}{later}"))]);
    there.did("bump", &bump("1.2.0", &[("go_sum", SUM), ("go_mod_sum", MOD)]));
    assert_eq!(there.text("go.sum"), format!("{sums}{added}{later}"));

    let mut there = shelf(&[("go.mod", manifest), ("vendor/modules.txt", "x\n")]);
    assert_eq!(there.fault("bump", &bump("1.2.0", &[])).0, "recipe-lock");
}
