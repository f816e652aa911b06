//! A run that a played OpenFGA decides, with the shipped model and what the guide stores.

use std::sync::Mutex;

use code_assist_tests::{
    World, assert_exit,
    played::{Played, Reply},
    workspace,
};
use policy::point::openfga::Tuple;

#[allow(dead_code, reason = "the other tests of it use the rest")]
#[path = "../../host-harness/policy/tests/common/fga.rs"]
mod fga;

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");
const AGENT: &str = "agent:did%3Aweb%3Aagents.example.com%3Acoder";

fn server(tuples: &[(&str, &str, &str)]) -> Played {
    let model = std::fs::read_to_string(workspace().join("schemas/openfga/model.json")).unwrap();
    let mut store = fga::Fga::new(&serde_json::from_str(&model).unwrap());
    for (user, relation, object) in tuples {
        let (user, relation, object) = (user.to_string(), relation.to_string(), object.to_string());
        store.write(Tuple { user, relation, object }).unwrap();
    }
    let store = Mutex::new(store);
    Played::start(move |asked| Reply::json(store.lock().unwrap().answer(&asked.path, &asked.body)))
}

fn run(tuples: &[(&str, &str, &str)]) -> (World, std::process::Output) {
    let (world, server) = (World::new(PROGRAM), server(tuples));
    let config = format!(
        "[identity]\nsubject = \"user:anne\"\nagent_did = \"did:web:agents.example.com:coder\"\nrepository = \"acme/shop\"\n\
         [[decision_points]]\nname = \"relations\"\nprotocol = \"openfga\"\nurl = \"{}\"\n\
         store = \"01HVMMBCMGZNT3SED4Z17ECXCA\"\nmodel = \"01HVMMBD123456789ABCDEFGHJ\"\n",
        server.url
    );
    let output = world.run(&config, &[]);
    (world, output)
}

#[test]
fn an_agent_and_the_one_it_acts_for_both_need_the_role() {
    let agent = (AGENT, "writer", "repository:acme/shop");
    let subject = ("user:anne#acting", "subject_writer", "repository:acme/shop");
    let (world, output) = run(&[agent, subject]);
    assert_exit(&output, 0, &["in the working tree"]);
    assert_eq!(world.content(), "b\n");
    for tuples in [&[][..], &[agent], &[subject]] {
        let (world, output) = run(tuples);
        assert_exit(&output, 3, &["relations", "point-denied"]);
        assert_eq!(world.content(), "a\n");
    }
}
