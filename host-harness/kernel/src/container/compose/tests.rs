use std::collections::BTreeMap;

use super::*;
use crate::container::composition::{After, Check, Image, Until};

fn read(text: &str) -> Result<Composition, KernelError> {
    let variables = BTreeMap::from([("GIVEN".to_owned(), "given".to_owned())]);
    parse("deploy/compose.yaml", text, &variables, &|path| {
        Ok((path == "deploy/app.env").then(|| "# a comment\nA=1\nB=\"two\"\n".to_owned()))
    })
}

/// A service with one field more, refused at that place.
fn refused_at(field: &str, place: &str) {
    let text = format!("services:\n  web:\n    image: a\n    {field}\nvolumes: {{data: }}\n");
    let error = read(&text).map(|read| format!("{read:?}")).unwrap_err();
    assert_eq!(error.code, Code::ContainerRefused, "{field}");
    assert!(error.message.starts_with(&format!("`deploy/compose.yaml`: `{place}`: ")), "{field}: {error}");
}

#[test]
fn what_reaches_beyond_its_container_is_refused_with_its_place() {
    for (field, key) in [
        ("privileged: true", "privileged"),
        ("cap_add: [SYS_ADMIN]", "cap_add"),
        ("devices: [/dev/kvm]", "devices"),
        ("network_mode: host", "network_mode"),
        ("pid: host", "pid"),
        ("ipc: host", "ipc"),
        ("uts: host", "uts"),
        ("userns_mode: host", "userns_mode"),
        ("cgroup_parent: /", "cgroup_parent"),
        ("security_opt: [seccomp=unconfined]", "security_opt"),
        ("sysctls: {net.core.somaxconn: 1}", "sysctls"),
        ("extends: {file: ../other.yaml, service: x}", "extends"),
        ("secrets: [x]", "secrets"),
        ("configs: [x]", "configs"),
        ("volumes_from: [other]", "volumes_from"),
        ("extra_hosts: [\"a:127.0.0.1\"]", "extra_hosts"),
        ("runtime: evil", "runtime"),
        ("group_add: [docker]", "group_add"),
        ("gpus: all", "gpus"),
        ("made_up: 1", "made_up"),
        ("volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]", "volumes.0"),
        ("volumes: [\".:/app\"]", "volumes.0"),
        ("volumes: [\"~/.ssh:/ssh\"]", "volumes.0"),
        ("volumes: [\"..:/app\"]", "volumes.0"),
        ("volumes: [\"undeclared:/app\"]", "volumes.0"),
        ("volumes: [\"data:/app:z\"]", "volumes.0"),
        ("volumes: [\"data:/app,src=/etc\"]", "volumes.0"),
        ("volumes: [{type: bind, source: /, target: /host}]", "volumes.0.type"),
        ("volumes: [{source: /, target: /host}]", "volumes.0.type"),
        ("volumes: [{type: volume, source: data, target: /d, volume: {nocopy: true}}]", "volumes.0.volume"),
        ("env_file: ../../.env", "env_file"),
        ("env_file: /etc/environment", "env_file"),
        ("env_file: .env", "env_file"),
        ("build: ..\\..", "build"),
        ("build: ../..", "build"),
        ("build: /etc", "build"),
        ("build: https://example.com/x.git", "build"),
        ("build: git@example.com:x/y.git", "build"),
        ("build: {context: ., dockerfile: ../../x}", "build.dockerfile"),
        ("build: {context: ., network: host}", "build.network"),
        ("build: {context: ., secrets: [x]}", "build.secrets"),
        ("build: {context: ., privileged: true}", "build.privileged"),
        ("build: {additional_contexts: {a: /etc}}", "build.additional_contexts"),
        ("user: --privileged", "user"),
        ("command: sh -c \"x\"", "command"),
        ("environment: {\"--privileged\": x}", "environment"),
        ("environment: {A: $MISSING}", "environment.A"),
        ("networks: [elsewhere]", "networks"),
        ("depends_on: [nobody]", "depends_on"),
        ("ports: [\"1-10:1-10\"]", "ports"),
        ("healthcheck: {test: [SHELL, x]}", "healthcheck.test"),
    ] {
        refused_at(field, &format!("services.web.{key}"));
    }
}

#[test]
fn what_others_made_is_not_used() {
    for (text, place) in [
        ("include: [../x.yaml]\nservices: {a: {image: a}}", "include"),
        ("secrets: {a: {file: /etc/shadow}}\nservices: {a: {image: a}}", "secrets"),
        ("volumes: {a: {external: true}}\nservices: {a: {image: a}}", "volumes.a.external"),
        (
            "volumes: {a: {driver_opts: {type: none, device: /, o: bind}}}\nservices: {a: {image: a}}",
            "volumes.a.driver_opts",
        ),
        ("networks: {a: {driver: host}}\nservices: {a: {image: a}}", "networks.a.driver"),
        ("networks: {a: {external: true}}\nservices: {a: {image: a}}", "networks.a.external"),
        ("services: {\"a b\": {image: a}}", "services.a b"),
        ("services: {a: {image: --privileged}}", "services.a.image"),
        ("services: {a: {image: \"oci-archive:/etc/x\"}}", "services.a.image"),
        ("services: {a: {}}", "services.a"),
        ("services: {}", "services"),
        (
            "services: {a: {image: a, depends_on: [b]}, b: {image: b, depends_on: [a]}}",
            "services.a.depends_on",
        ),
    ] {
        let error = read(text).map(|read| format!("{read:?}")).unwrap_err();
        assert!(error.message.starts_with(&format!("`deploy/compose.yaml`: `{place}`: ")), "{text}: {error}");
    }
}

/// A merge key is a way to write `privileged` without writing it where one looks.
#[test]
fn what_a_merge_brings_along_is_seen() {
    let text = "x-a: &a {privileged: true}\nservices: {web: {<<: *a, image: a}}";
    assert!(read(text).unwrap_err().message.contains("`services.web.privileged`"));
    assert!(read("services: {web: {image: a, image: b}}").is_err());
}

#[test]
fn an_ordinary_file_is_read_in_the_order_of_its_services() {
    let text = "
name: shop
services:
  web:
    build: {context: ../web, dockerfile: Containerfile, target: run, args: {V: 1}}
    ports: [\"8080:80\", \"127.0.0.1:9000:9000/tcp\", {target: 443, published: 8443}]
    environment: [\"A=own\", \"GIVEN\", \"ABSENT\", \"C=${GIVEN}-${D:-x}$$\"]
    env_file: [app.env]
    depends_on: {db: {condition: service_healthy}}
    restart: always
    volumes: [\"data:/data:ro\", {type: tmpfs, target: /run}]
    privileged: false
  db:
    image: docker.io/library/postgres:16
    command: postgres -c fsync=off
    healthcheck: {test: pg_isready, interval: 1s}
    volumes: [\"data:/var/lib/data\", /cache]
  tools:
    image: t
    profiles: [debug]
    privileged: true
volumes: {data: }
networks: {default: {driver: bridge}}
";
    let services = read(text).unwrap().services;
    let [db, web] = services.as_slice() else { panic!("{services:?}") };
    let Image::Built(build) = &web.image else { panic!("{web:?}") };
    assert_eq!((build.context.as_str(), build.dockerfile.as_str()), ("web", "web/Containerfile"));
    assert_eq!(web.ports, [80, 443, 9000]);
    let environment: Vec<_> = web.environment.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(environment, ["A=own", "B=two", "C=given-x$", "GIVEN=given"]);
    assert_eq!(web.after, [After { service: "db".to_owned(), until: Until::Healthy }]);
    assert!(web.volumes[0].read_only && web.tmpfs == ["/run"]);
    assert_eq!(db.image, Image::Named("docker.io/library/postgres:16".to_owned()));
    assert_eq!(db.command.as_deref().unwrap(), ["postgres", "-c", "fsync=off"]);
    assert_eq!(db.check, Some(Check::Run(["/bin/sh", "-c", "pg_isready"].map(str::to_owned).to_vec())));
    assert_eq!((db.volumes[0].name.as_deref(), db.volumes[1].name.as_deref()), (Some("data"), None));
}
