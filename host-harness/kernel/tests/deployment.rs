//! Plans of deployments, looked at by the tools that are there.

#![cfg(unix)]

use std::fs;

use kernel::{
    KernelError, Workspace,
    container::Stage,
    deploy::{DeploymentPlan, Validity, plan},
    process::Cancel,
};
use policy::{Code, Config};

fn planned(target: &str, files: &[(&str, &str)]) -> Result<DeploymentPlan, KernelError> {
    let (folder, within) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (path, text) in files {
        let place = folder.path().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }
    let config =
        Config::parse(&format!("[[targets]]\nname = \"shop\"\n{target}")).unwrap().beside(folder.path());
    let mut workspace = Workspace::open(folder.path(), &config.limits).unwrap();
    let stage = Stage::new(&mut workspace, within.path(), 1 << 20).unwrap();
    plan(&config.targets[0], &stage, within.path(), &Cancel::default())
}

fn argv(plan: &DeploymentPlan) -> Vec<String> {
    plan.steps.iter().map(|step| step.argv.join(" ")).collect()
}

/// The outcome of the tool, or that it was not there; whichever, it says so.
fn by_tool(plan: &DeploymentPlan, tool: &str, expected: Validity) {
    let last = plan.validations.last().unwrap();
    match last.outcome {
        Validity::NotValidated => assert!(last.by.ends_with(&format!("{tool} is not installed")), "{last:?}"),
        outcome => assert!(outcome == expected && last.by.starts_with("validated by "), "{last:?}"),
    }
}

#[test]
fn a_process_becomes_a_unit_that_systemd_reads() {
    let target = "kind = \"process\"\nfolder = \"/srv/shop\"\nfiles = [\"bin\"]\ncommand = [\"bin/shop\", \"--greet\", \"100% $HOME\"]";
    let plan = planned(target, &[("bin/shop", "#!/bin/sh"), ("other", "")]).unwrap();
    assert_eq!(plan.files, ["bin/shop"]);
    assert!(argv(&plan).contains(&"systemctl restart shop.service".to_owned()), "{plan:#?}");
    assert!(plan.documents[0].text.contains("ExecStart=/srv/shop/bin/shop --greet \"100%% $$HOME\"\n"));
    by_tool(&plan, "systemd-analyze", Validity::Valid);
}

#[test]
fn a_container_is_planned_from_a_dockerfile_or_a_compose_file() {
    let plan =
        planned("kind = \"docker\"\nimage = \"shop:1\"\nports = [\"8080:80\"]", &[("Dockerfile", "FROM a")])
            .unwrap();
    assert_eq!(
        argv(&plan),
        [
            "docker build --tag shop:1 --file Dockerfile .",
            "docker rm --force shop",
            "docker run --detach --name shop --restart unless-stopped --security-opt no-new-privileges --publish 8080:80 shop:1",
        ]
    );
    let compose = "kind = \"docker\"\ncompose = \"compose.yaml\"";
    let plan = planned(compose, &[("compose.yaml", "services: {a: {image: a}}")]).unwrap();
    by_tool(&plan, "docker compose", Validity::Valid);
    let plan =
        planned(compose, &[("compose.yaml", "include: [/etc/passwd]\nservices: {a: {image: a}}")]).unwrap();
    assert!(plan.validations[0].by.contains("asks for more than is looked at here"), "{plan:#?}");
}

#[test]
fn a_machine_over_ssh_is_resolved_and_not_reached() {
    let target = "kind = \"ssh\"\nhost = \"shop\"\nssh_config = \"ssh\"\nfolder = \"/srv/shop\"\nfiles = [\"a\"]\ncommand = [\"systemctl\", \"restart\", \"a b;c\"]";
    let config = "Host shop\n  HostName shop.invalid\n  User deploy\n  Port 2222\n";
    let plan = planned(target, &[("a", ""), ("ssh", config)]).unwrap();
    by_tool(&plan, "ssh", Validity::Valid);
    let said = &plan.validations[0].message;
    assert!(said.is_empty() || said.contains("hostname shop.invalid"), "{said}");
    assert_eq!(plan.steps[2].argv.last().unwrap(), "systemctl restart 'a b;c'");

    let witness = tempfile::tempdir().unwrap();
    let witness = witness.path().join("ran");
    let acting = format!("Match exec \"touch {}\"\n  User x\n", witness.display());
    let plan = planned(target, &[("a", ""), ("ssh", &acting)]).unwrap();
    assert_eq!(plan.validations[0].outcome, Validity::NotValidated);
    assert!(!witness.exists());
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web:1}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
";
const CLUSTER: &str =
    "kind = \"kubernetes\"\nmanifests = [\"k8s\"]\nnamespace = \"shop\"\ncontext = \"staging\"";

#[test]
fn manifests_are_planned_object_by_object() {
    let plan = planned(CLUSTER, &[("k8s/web.yaml", DEPLOYMENT), ("k8s/README.md", "no manifest")]).unwrap();
    assert_eq!(
        argv(&plan),
        [
            "kubectl --context staging --namespace shop diff -f k8s/web.yaml",
            "kubectl --context staging --namespace shop apply -f k8s/web.yaml",
        ]
    );
    assert!(plan.is_plausible(), "{plan:#?}");
    by_tool(&plan, "kubectl", Validity::Valid);
    let text = plan.markdown();
    assert!(text.contains("Nothing was done.") && text.contains("`2 objects`"), "{text}");
}

#[test]
fn manifests_with_faults_are_found_without_a_cluster() {
    for (text, expected) in [
        ("kind: Service\nmetadata: {name: a}", "no `apiVersion`"),
        ("apiVersion: v1\nkind: Service\nmetadata: {}", "no `metadata.name`"),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: other}", "not `shop`"),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}",
            "twice",
        ),
        ("apiVersion: v1\napiVersion: v2\nkind: Service", "duplicate"),
    ] {
        let plan = planned(CLUSTER, &[("k8s/a.yaml", text)]).unwrap();
        let said = &plan.validations[0];
        assert!(said.outcome == Validity::Invalid && said.message.contains(expected), "{text}: {said:?}");
        assert!(!plan.is_plausible());
    }
    let wrong = DEPLOYMENT.replace("port: 80", "port: eighty");
    let plan = planned(CLUSTER, &[("k8s/web.yaml", &wrong)]).unwrap();
    by_tool(&plan, "kubectl", Validity::Invalid);
}

#[test]
fn a_target_whose_files_are_not_there_is_invalid() {
    for target in [
        CLUSTER,
        "kind = \"docker\"\nimage = \"a\"",
        "kind = \"process\"\nfolder = \"/a\"\nfiles = [\"b\"]\ncommand = [\"c\"]",
    ] {
        assert_eq!(planned(target, &[("x", "")]).unwrap_err().code, Code::TargetInvalid, "{target}");
    }
}
