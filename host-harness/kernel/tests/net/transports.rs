//! What an agent can have done through a binding.

use std::collections::BTreeMap;

use kernel::transport::{self, Standing, TABLE};
use policy::{
    Code,
    config::{ActionConfig, BindingConfig, MethodName, TransportName},
};
use serde_json::json;

use crate::{
    common::{Reply, serve},
    support::{config, open},
};

fn action(method: MethodName, path: &str, harmless: bool) -> ActionConfig {
    ActionConfig { method, path: path.to_owned(), harmless }
}

fn acting(actions: &[(&str, ActionConfig)]) -> BindingConfig {
    let address = serve(|asked, wire| {
        let reply = Reply::json(asked, "{\"n\":1}");
        match asked.line.as_str() {
            "POST /echo HTTP/1.1" | "PUT /card HTTP/1.1" => reply.body(&asked.body).send(wire),
            "GET /list?all=1 HTTP/1.1" => reply.send(wire),
            "GET /text HTTP/1.1" => reply.header("content-type", "Text/Plain; charset=utf-8").send(wire),
            "GET /broken HTTP/1.1" => reply.body(b"{").send(wire),
            "GET /bytes HTTP/1.1" => {
                let bytes = vec![0xff; 2 * 1024 * 1024];
                reply.header("content-type", "application/octet-stream").body(&bytes).send(wire);
            }
            "GET /gone HTTP/1.1" => reply.status("404 Not Found").send(wire),
            other => panic!("{other}"),
        }
    });
    let actions = actions.iter().map(|(name, action)| ((*name).to_owned(), action.clone()));
    BindingConfig { allow: Vec::new(), actions: actions.collect(), ..config(address) }
}

#[tokio::test]
async fn an_action_takes_a_document_and_gives_one() {
    let get = |path| action(MethodName::Get, path, false);
    let binding = open(&acting(&[
        ("echo", action(MethodName::Post, "/echo", false)),
        ("list", get("/list?all=1")),
        ("text", get("/text")),
        ("broken", get("/broken")),
        ("gone", get("/gone")),
    ]));
    let json = "application/json";
    for (action, input, expected) in [
        ("echo", r#"{"a":[1,2]}"#, json!({ "status": 200, "content_type": json, "body": { "a": [1, 2] } })),
        ("list", "null", json!({ "status": 200, "content_type": json, "body": { "n": 1 } })),
        ("list", "{}", json!({ "status": 200, "content_type": json, "body": { "n": 1 } })),
        ("text", "null", json!({ "status": 200, "content_type": "text/plain", "body": "{\"n\":1}" })),
        ("broken", "null", json!({ "status": 200, "content_type": json, "body": "{" })),
        ("gone", "null", json!({ "status": 404, "content_type": json, "body": { "n": 1 } })),
    ] {
        assert_eq!(transport::invoke(&binding, action, input).await, Ok(expected), "{action}");
    }
}

#[tokio::test]
async fn a_text_is_cut_and_says_so() {
    let binding = open(&acting(&[("bytes", action(MethodName::Get, "/bytes", false))]));
    let answer = transport::invoke(&binding, "bytes", "null").await.unwrap();
    assert_eq!(answer["truncated"], true);
    assert_eq!(answer["body"].as_str().unwrap().chars().count(), 1024 * 1024);
}

#[tokio::test]
async fn only_what_is_named_can_be_invoked() {
    let binding = open(&acting(&[("list", action(MethodName::Get, "/list?all=1", false))]));
    for (action, input, expected) in [
        ("remove", "null", Code::NetAction),
        ("/list", "null", Code::NetAction),
        ("", "null", Code::NetAction),
        ("list", "{\"a\":1}", Code::TransportInput),
        ("list", "no JSON", Code::TransportInput),
    ] {
        let error = transport::invoke(&binding, action, input).await.unwrap_err();
        assert_eq!(error.code, expected, "{action}: {error}");
    }
}

#[tokio::test]
async fn metadata_is_published_through_the_action_of_that_name() {
    let binding = open(&acting(&[("publish", action(MethodName::Put, "/card", true))]));
    let answer = transport::publish_metadata(&binding, "{\"name\":\"a\"}").await.unwrap();
    assert_eq!(answer["body"], json!({ "name": "a" }));
    let reading = open(&acting(&[("publish", action(MethodName::Get, "/list?all=1", false))]));
    let refused = transport::publish_metadata(&reading, "{}").await.unwrap_err();
    assert_eq!(refused.code, Code::TransportInput);
    let none = open(&acting(&[]));
    assert_eq!(transport::publish_metadata(&none, "{}").await.unwrap_err().code, Code::NetAction);
}

#[tokio::test]
async fn what_is_not_spoken_says_so() {
    let mut said = BTreeMap::new();
    for (protocol, name, standing) in TABLE {
        let config = acting(&[("list", action(MethodName::Get, "/list?all=1", false))]);
        let binding = open(&BindingConfig { protocol: *protocol, ..config });
        let invoked = transport::invoke(&binding, "list", "null").await;
        let published = transport::publish_metadata(&binding, "{}").await;
        match standing {
            Standing::Real => assert!(invoked.is_ok(), "{name}"),
            Standing::Unavailable(_) => {
                let refused = invoked.unwrap_err();
                assert_eq!(refused.code, Code::TransportUnavailable);
                assert!(refused.message.contains(&format!("does not speak `{name}`: ")), "{refused}");
                assert_eq!(published.unwrap_err(), refused);
                assert_eq!(binding.used().requests, 0);
            }
        }
        assert!(said.insert(*protocol, name).is_none());
    }
    assert_eq!(said.len(), 9);
    assert_eq!(said[&TransportName::AgentClientProtocol], &"agent_client_protocol");
}
