//! The requests: what the API description says of them, and that nothing is lost in them.

use std::{env, fs, path::PathBuf};

use agent_contract::{CapabilityName, document};
use policy::{
    Code,
    context::{DecisionContext, ResourceKind, SubjectKind},
    point::{
        Exchange,
        openfga::{batch_check, check, decode, relation},
    },
};
use serde_json::{Value, json};

use super::{MODEL, STORE, contexts::context, dice::Dice, shipped};

fn contexts(count: u64) -> impl Iterator<Item = DecisionContext> {
    (0..count).map(|seed| context(&mut Dice::new(seed)))
}

/// The schema of a request's body, with every object closed: what the API does not know,
/// it would not look at.
fn body_schema(api: &Value, path: &str) -> jsonschema::Validator {
    let parameters = api["paths"][path]["post"]["parameters"].as_array().unwrap();
    let body = parameters.iter().find(|parameter| parameter["in"] == "body").unwrap();
    let mut schema = body["schema"].clone();
    schema["definitions"] = api["definitions"].clone();
    close(&mut schema);
    jsonschema::draft202012::new(&schema).unwrap()
}

fn close(schema: &mut Value) {
    if let Value::Object(fields) = schema {
        if fields.get("properties").is_some_and(Value::is_object)
            && !fields.contains_key("additionalProperties")
        {
            fields.insert("additionalProperties".to_owned(), json!(false));
        }
        fields.values_mut().for_each(close);
    }
}

fn api() -> Option<Value> {
    let Some(folder) = env::var_os("CODE_ASSIST_VECTORS").map(PathBuf::from) else {
        println!("skipped: CODE_ASSIST_VECTORS is not set");
        return None;
    };
    let file = folder.join("protocols/openfga/apidocs.swagger.json");
    Some(serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap())
}

#[test]
fn requests_are_what_the_api_takes() {
    let Some(api) = api() else { return };
    let (single, batch) = ("/stores/{store_id}/check", "/stores/{store_id}/batch-check");
    let (single, batch) = (body_schema(&api, single), body_schema(&api, batch));
    let mut bodies = Vec::new();
    for context in contexts(200) {
        let Exchange { path, body, .. } = check(&context, STORE, MODEL).unwrap();
        assert_eq!(path, format!("/stores/{STORE}/check"));
        let body = body.unwrap();
        single.validate(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
        bodies.push(body);
    }
    let contexts: Vec<_> = contexts(200).collect();
    for some in contexts.chunks(50) {
        let asked = batch_check(some, STORE, MODEL).unwrap().exchange;
        assert_eq!(asked.path, format!("/stores/{STORE}/batch-check"));
        let body = asked.body.unwrap();
        batch.validate(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
    }
    for (at, wrong) in
        [("/tuple_key/user", json!(1)), ("/tuple_key", json!({})), ("/consistency", json!("HIGH"))]
    {
        *bodies[0].pointer_mut(at).unwrap() = wrong;
        assert!(!single.is_valid(&bodies[0]), "{at}");
    }
}

#[test]
fn the_shipped_model_is_one_that_the_api_takes() {
    let Some(api) = api() else { return };
    let schema = body_schema(&api, "/stores/{store_id}/authorization-models");
    schema.validate(&shipped("model.json")).unwrap();
}

/// What the description leaves to the server's own patterns.
#[test]
fn every_user_and_object_is_legal() {
    for context in contexts(500) {
        let body = check(&context, STORE, MODEL).unwrap().body.unwrap();
        let contextual = body["contextual_tuples"]["tuple_keys"].as_array().unwrap();
        for tuple in contextual.iter().chain([&body["tuple_key"]]) {
            let part = |name: &str| tuple[name].as_str().unwrap();
            let user = part("user").strip_suffix("#agent").unwrap_or(part("user"));
            for object in [user, part("object")] {
                let (kind, id) = object.split_once(':').unwrap();
                assert!(kind.bytes().all(|b| b.is_ascii_lowercase()), "{object}");
                assert!(
                    !id.is_empty() && id.bytes().all(|b| b.is_ascii_graphic() && !b"#:@*".contains(&b)),
                    "{object}"
                );
                assert!(object.len() <= 256, "{object}");
            }
            assert!(part("relation").bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
            assert!(part("relation").len() <= 50);
        }
    }
    let contexts: Vec<_> = contexts(50).collect();
    for id in batch_check(&contexts, STORE, MODEL).unwrap().correlation_ids {
        assert!(
            (1..=36).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        );
    }
}

/// The context as it comes out of a request again, once the ids in the tuples agree with it.
fn back(body: &Value) -> DecisionContext {
    let context: DecisionContext = serde_json::from_value(body["context"]["decision"].clone()).unwrap();
    let ids = |object: &str| -> Vec<String> {
        let (kind, id) = object.split_once(':').unwrap();
        [kind.to_owned()].into_iter().chain(id.split('~').map(|id| decode(id).unwrap())).collect()
    };
    let (setting, asked) = (&context.setting, &body["tuple_key"]);
    let object = ids(asked["object"].as_str().unwrap());
    let expected = match object[0].as_str() {
        "repository" => vec![setting.repository.id.clone()],
        "binding" => vec![context.question.resource.id.clone()],
        _ => {
            let work = || format!("{}/{}", setting.repository.id, setting.branch.work.as_ref().unwrap());
            let named = context.question.resource.kind == ResourceKind::Branch;
            let whole = if named { context.question.resource.id.clone() } else { work() };
            assert_eq!(whole, object[1..].join("/"));
            object[1..].to_vec()
        }
    };
    assert_eq!(object[1..], expected);
    assert_eq!(asked["relation"], relation(context.question.capability.name));
    let agent = &setting.agent;
    let record = agent.record_id.as_ref().map(|id| format!("record/{id}"));
    let component = || format!("component/{}", agent.component_sha256);
    let known = agent.did.clone().or(record).unwrap_or_else(component);
    assert_eq!(ids(asked["user"].as_str().unwrap()), ["agent".to_owned(), known]);
    let tuple =
        |n: usize, part: &str| ids(body["contextual_tuples"]["tuple_keys"][n][part].as_str().unwrap());
    assert_eq!(tuple(0, "object"), ["run".to_owned(), context.decision.run_id.clone()]);
    let kind = match setting.subject.kind {
        SubjectKind::User => "user",
        SubjectKind::Team => "team",
        SubjectKind::Service => "service",
    };
    assert_eq!(tuple(1, "object"), [kind.to_owned(), setting.subject.id.clone()]);
    context
}

#[test]
fn no_request_drops_or_changes_a_field() {
    for context in contexts(1000) {
        let body = check(&context, STORE, MODEL).unwrap().body.unwrap();
        let sent = document::parse_value(&body.to_string()).unwrap();
        assert_eq!(sent["authorization_model_id"], MODEL);
        assert_eq!(sent["consistency"], "HIGHER_CONSISTENCY");
        assert_eq!(back(&sent), context);
    }
    let contexts: Vec<_> = contexts(50).collect();
    let batch = batch_check(&contexts, STORE, MODEL).unwrap();
    let body = batch.exchange.body.unwrap();
    for (n, (context, id)) in contexts.iter().zip(batch.correlation_ids).enumerate() {
        assert_eq!(body["checks"][n]["correlation_id"], id);
        assert_eq!(back(&body["checks"][n]), *context);
    }
}

#[test]
fn relations_are_the_capabilities() {
    let relations: Vec<_> = CapabilityName::ALL.iter().copied().map(relation).collect();
    assert_eq!(relations.len(), 13);
    assert_eq!((&*relations[0], &*relations[6]), ("can_repo_read", "can_repo_open_pr"));
    assert!(
        relations.iter().all(|relation| relations.iter().filter(|other| *other == relation).count() == 1)
    );
}

type Change = fn(&mut DecisionContext);

#[test]
fn what_can_not_be_asked_is_refused() {
    let sound = context(&mut Dice::new(7));
    let refused = |change: Change| {
        let mut context = sound.clone();
        change(&mut context);
        check(&context, STORE, MODEL).map_err(|objection| objection.code)
    };
    fn setting(context: &mut DecisionContext) -> &mut policy::context::Setting {
        std::sync::Arc::make_mut(&mut context.setting)
    }
    let cases: [(Change, Code); 9] = [
        (|context| context.decision.run_id.clear(), Code::PointUnaskable),
        (|context| setting(context).subject.id.clear(), Code::PointUnaskable),
        (|context| setting(context).subject.id = "x".repeat(300), Code::PointUnaskable),
        (|context| setting(context).repository.id = ":".repeat(90), Code::PointUnaskable),
        (|context| setting(context).project = Some(String::new()), Code::PointUnaskable),
        (|context| setting(context).organization = Some("x".repeat(256)), Code::PointUnaskable),
        (|context| setting(context).agent.did = Some("record/1".to_owned()), Code::ContextClash),
        (
            |context| {
                (setting(context).agent.did, setting(context).agent.record_id) = (None, Some(String::new()))
            },
            Code::PointUnaskable,
        ),
        (
            |context| {
                context.question.capability.name = CapabilityName::RepoPush;
                context.question.resource.kind = ResourceKind::Branch;
                context.question.resource.id = "another/main".to_owned();
            },
            Code::ContextClash,
        ),
    ];
    assert!(refused(|_| ()).is_ok());
    for (n, (change, code)) in cases.into_iter().enumerate() {
        assert_eq!(refused(change), Err(code), "case {n}");
    }
    for (store, model) in [("", MODEL), (STORE, ""), ("../x", MODEL), (STORE, "latest")] {
        assert_eq!(check(&sound, store, model).unwrap_err().code, Code::PointUnaskable);
        assert_eq!(
            batch_check(std::slice::from_ref(&sound), store, model).unwrap_err().code,
            Code::PointUnaskable
        );
    }
    let same = vec![sound.clone(), sound.clone()];
    for contexts in [vec![], same, contexts(51).collect()] {
        assert_eq!(batch_check(&contexts, STORE, MODEL).unwrap_err().code, Code::PointUnaskable);
    }
}
