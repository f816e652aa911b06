use serde_json::json;

use super::*;

const ADDRESS: &str = "https://pdp.example.org";

fn read(metadata: Value, address: &str) -> Result<Endpoints, (Code, String)> {
    Endpoints::read(&metadata, address).map_err(|objection| (objection.code, objection.message))
}

#[test]
fn the_well_known_path_comes_before_a_tenants() {
    for (address, expected) in [
        ("https://pdp.example.org", "/.well-known/authzen-configuration"),
        ("https://pdp.example.org/", "/.well-known/authzen-configuration"),
        ("https://pdp.example.org:8443/tenant1", "/.well-known/authzen-configuration/tenant1"),
        ("http://[::1]:8080/a/b/", "/.well-known/authzen-configuration/a/b"),
    ] {
        assert_eq!(discovery_path(address), expected);
    }
}

#[test]
fn an_origin_has_no_path() {
    for (address, expected) in [
        ("https://pdp.example.org", "https://pdp.example.org"),
        ("https://pdp.example.org:8443/tenant1", "https://pdp.example.org:8443"),
        ("http://[::1]/x", "http://[::1]"),
    ] {
        assert_eq!(origin(address), expected);
    }
}

#[test]
fn the_usual_endpoints_are_below_the_address() {
    let usual = Endpoints::usual("https://pdp.example.org/tenant1/");
    assert_eq!(usual.evaluation, "/tenant1/access/v1/evaluation");
    assert_eq!(usual.evaluations.as_deref(), Some("/tenant1/access/v1/evaluations"));
}

#[test]
fn endpoints_are_paths_at_the_same_origin() {
    let metadata = json!({
        "policy_decision_point": ADDRESS,
        "access_evaluation_endpoint": "https://pdp.example.org/one",
        "access_evaluations_endpoint": "https://pdp.example.org:443/many",
        "search_subject_endpoint": "https://elsewhere.example.org/",
    });
    let read = read(metadata, ADDRESS).unwrap();
    assert_eq!(read, Endpoints { evaluation: "/one".into(), evaluations: Some("/many".into()) });
}

#[test]
fn a_batch_endpoint_may_be_missing() {
    let metadata = json!({
        "policy_decision_point": ADDRESS,
        "access_evaluation_endpoint": "https://pdp.example.org/one",
    });
    assert_eq!(read(metadata, ADDRESS).unwrap().evaluations, None);
}

#[test]
fn metadata_sends_nobody_elsewhere() {
    for elsewhere in [
        "https://evil.example.org/access/v1/evaluation",
        "https://pdp.example.org.evil.example.org/x",
        "https://pdp.example.org:8443/x",
        "http://localhost/x",
        "https://1.2.3.4/x",
    ] {
        for name in ["access_evaluation_endpoint", "access_evaluations_endpoint"] {
            let mut metadata = json!({
                "policy_decision_point": ADDRESS,
                "access_evaluation_endpoint": "https://pdp.example.org/one",
            });
            metadata[name] = elsewhere.into();
            let (code, message) = read(metadata, ADDRESS).expect_err("an objection");
            assert_eq!(code, Code::PointRedirect, "{elsewhere}");
            assert!(message.contains(name), "{message}");
        }
    }
}

#[test]
fn metadata_that_is_not_whole_is_refused() {
    use Code::*;
    let evaluation = "https://pdp.example.org/one";
    for (metadata, code) in [
        (json!([]), PointShape),
        (json!({}), PointShape),
        (json!({ "policy_decision_point": ADDRESS }), PointShape),
        (json!({ "access_evaluation_endpoint": evaluation }), PointShape),
        (json!({ "policy_decision_point": 1, "access_evaluation_endpoint": evaluation }), PointShape),
        (json!({ "policy_decision_point": ADDRESS, "access_evaluation_endpoint": null }), PointShape),
        (json!({ "policy_decision_point": ADDRESS, "access_evaluation_endpoint": "/one" }), PointShape),
        (json!({ "policy_decision_point": ADDRESS, "access_evaluation_endpoint": ADDRESS }), PointShape),
        (
            json!({ "policy_decision_point": ADDRESS, "access_evaluation_endpoint": "https://u:p@pdp.example.org/one" }),
            PointShape,
        ),
        (
            json!({ "policy_decision_point": "https://other.example.org", "access_evaluation_endpoint": evaluation }),
            PointClash,
        ),
        (
            json!({ "policy_decision_point": "https://pdp.example.org/", "access_evaluation_endpoint": evaluation }),
            PointClash,
        ),
    ] {
        assert_eq!(read(metadata.clone(), ADDRESS).expect_err("an objection").0, code, "{metadata}");
    }
}
