//! Commands on a database on a server.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::cli::{On, Place, Ran, Running, finish, ran};
use crate::support::postgres::{Cluster, Database, cluster};
use crate::support::recorder::Recorder;
use serde_json::{Value, json};

/// A place whose commands work on a database with the schema.
struct OnServer {
    place: Place,
    database: Database,
}

impl OnServer {
    fn new(cluster: &'static Cluster) -> Self {
        let on = Self { place: Place::new(), database: cluster.database("template0") };
        let made = on.run(&["doctor", "--migrate"]);
        assert!(made.out.contains("made: schema "), "{made:?}");
        on
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.place.command(args);
        command.env("RINGBACK_DB", self.database.url()).env_remove("PGPASSWORD").env_remove("PGPASSFILE");
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args))
    }

    /// What a command says of the database at this URL.
    fn at(&self, url: &str, args: &[&str]) -> Ran {
        let mut command = self.command(args);
        command.env("RINGBACK_DB", url);
        ran(command)
    }
}

fn profile() -> Value {
    json!({"title": "Order SMS", "channel": "sms", "url": "http://127.0.0.1:9/cb", "body": "{}"})
}

#[test]
fn commands_work_on_a_server_as_on_a_file() {
    let Some(cluster) = cluster() else { return };
    let on = OnServer::new(cluster);
    let file = on.place.file("profile.json", &profile().to_string());
    let applied = on.run(&["profiles", "apply", &file]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    let id = applied.out.trim().to_owned();
    assert!(on.run(&["profiles", "list"]).out.contains("Order SMS"));
    let sent = on.run(&["send", &id, "--no-wait", "--json"]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let listed = on.run(&["deliveries", "list", "--json"]).json();
    assert_eq!(listed[0]["state"], "queued", "{listed}");
    let delivery = listed[0]["delivery_id"].as_str().unwrap().to_owned();
    assert_eq!(on.run(&["deliveries", "cancel", &delivery]).code, Some(0));
    assert_eq!(on.run(&["deliveries", "show", &delivery, "--json"]).json()["state"], "cancelled");
    assert_eq!(on.run(&["profiles", "delete", &id, "--yes"]).code, Some(0));
    assert_eq!(on.run(&["profiles", "restore", &id]).code, Some(0));
    assert_eq!(on.database.sql("SELECT count(*) FROM ringback.delivery"), "1");
}

#[test]
fn an_event_is_delivered_by_a_sender_on_the_server() {
    let Some(cluster) = cluster() else { return };
    let on = OnServer::new(cluster);
    let endpoint = Recorder::taking();
    let file = on.place.file("profile.json", &endpoint.profile(0).to_string());
    let id = on.run(&["profiles", "apply", &file]).out.trim().to_owned();
    for _ in 0..3 {
        assert_eq!(on.run(&["send", &id, "--no-wait"]).code, Some(0));
    }
    let worked = on.run(&["work", "--until-idle"]);
    assert_eq!(worked.code, Some(0), "{worked:?}");
    assert_eq!(endpoint.book().len(), 3);
    let states = "SELECT state, count(*) FROM ringback.ended GROUP BY state";
    assert_eq!(on.database.sql(states), "2|3");
    // And by the command itself, which waits for it.
    let sent = on.run(&["send", &id]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    assert!(sent.out.ends_with("delivered\n"), "{sent:?}");
    assert_eq!(on.database.sql("SELECT count(*) FROM ringback.pending"), "0");
}

#[test]
fn a_command_whose_event_is_not_accepted_leaves_the_other_senders() {
    let Some(cluster) = cluster() else { return };
    let on = OnServer::new(cluster);
    let endpoint = Recorder::taking();
    let file = on.place.file("profile.json", &endpoint.profile(0).to_string());
    let id = on.run(&["profiles", "apply", &file]).out.trim().to_owned();
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    -- It has joined by then.
                    WHILE NOT EXISTS (SELECT FROM ringback.sender) LOOP PERFORM pg_sleep(0.01); END LOOP;
                    RAISE EXCEPTION 'refused'; END $$;
                  CREATE TRIGGER refuse BEFORE INSERT ON ringback.delivery EXECUTE FUNCTION refuse()";
    on.database.sql(refuse);
    for command in ["send", "test"] {
        let sent = on.run(&[command, &id]);
        assert_eq!(sent.code, Some(1), "{sent:?}");
        assert!(sent.err.contains("refused"), "{sent:?}");
        assert_eq!(on.database.sql("SELECT count(*) FROM ringback.sender"), "0", "{command}");
    }
    assert_eq!(endpoint.book().len(), 0);
}

#[test]
fn doctor_says_what_the_server_is() {
    let Some(cluster) = cluster() else { return };
    let on = OnServer::new(cluster);
    let found = on.run(&["doctor", "--json"]).json();
    let of = |topic: &str| {
        let all = found["findings"].as_array().unwrap();
        all.iter()
            .find(|finding| finding["topic"] == topic)
            .unwrap_or_else(|| panic!("{topic}: {found:#}"))
            .clone()
    };
    let database = of("database");
    let schema: i64 = on.database.sql("SELECT version FROM ringback.meta").trim().parse().unwrap();
    assert_eq!((&database["state"], &database["server"]["schema"]), (&json!("ok"), &json!(schema)));
    assert!(database["server"]["latency_ms"].as_f64().unwrap() > 0.0, "{database}");
    assert_eq!(of("sender")["found"], "no active sender; 0 deliveries are pending");
    assert!(of("standby")["found"].as_str().unwrap().contains("no standby"));
    let again = on.run(&["doctor", "--migrate"]);
    assert!(again.out.contains("nothing to migrate"), "{again:?}");
    on.place.run(&["doctor", "--migrate"]).refused(2, &["--migrate is for a database on a server"]);
}

#[test]
fn of_two_migrations_at_once_one_makes_the_schema() {
    let Some(cluster) = cluster() else { return };
    let (place, database) = (Place::new(), cluster.database("template0"));
    let migrations: Vec<_> = (0..2)
        .map(|_| {
            let mut command = place.command(&["doctor", "--migrate"]);
            command.env("RINGBACK_DB", database.url()).spawn().unwrap()
        })
        .collect();
    let mut said: Vec<Ran> = migrations.into_iter().map(finish).collect();
    assert!(said.iter().all(|ran| ran.code == Some(0)), "{said:?}");
    said.sort_by_key(|ran| ran.out.contains("nothing to migrate"));
    assert!(said[0].out.contains("made: schema ") && said[1].out.contains("nothing to migrate"), "{said:?}");
    let steps = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'ringback' AND table_name = 'meta'";
    assert_eq!(database.sql(steps), "1");
}

#[test]
fn each_trouble_of_a_server_is_a_sentence_of_its_own() {
    let Some(cluster) = cluster() else { return };
    let on = OnServer::new(cluster);
    let list = ["deliveries", "list"];
    let port = cluster.port();
    let empty = cluster.database("template0");
    on.at(&empty.url(), &list).refused(2, &["has no Ringback schema yet", "ringback doctor --migrate"]);
    on.at("postgres://a@127.0.0.1:1/x", &list).refused(1, &["postgres://a@127.0.0.1:1/x: cannot be reached"]);
    on.at("postgres://a@127.0.0.1:1/x", &["work"]).refused(1, &["cannot be reached (Connection refused"]);
    on.at(&cluster.url("nothing"), &list).refused(2, &["/nothing: does not exist on that server"]);
    on.at("postgres://a@127.0.0.1/x?sslmode=verify-ca", &list).refused(2, &["sslmode=verify-ca is unknown"]);
    on.at(&format!("{}?sslmode=require", on.database.url()), &list)
        .refused(1, &["offers no TLS", "sslmode=disable"]);
    let latin = cluster.database("template0 ENCODING 'LATIN1'");
    on.at(&latin.url(), &list).refused(2, &["has the encoding LATIN1"]);

    on.database.sql("CREATE USER visitor PASSWORD 's3cret'");
    let visitor = format!("postgres://visitor@127.0.0.1:{port}/{}?sslmode=disable", on.database.name());
    on.at(&visitor, &list).refused(1, &["does not allow this user enough"]);
    cluster.sql("postgres", &format!("ALTER DATABASE {} CONNECTION LIMIT 0", on.database.name()));
    on.at(&visitor, &list).refused(1, &["has no connection left"]);
    cluster.sql("postgres", &format!("ALTER DATABASE {} CONNECTION LIMIT -1", on.database.name()));
    cluster.sql("postgres", "DROP USER visitor");

    on.database.sql("UPDATE ringback.meta SET version = 99, least = 99");
    on.run(&list).refused(2, &["was migrated by a newer Ringback (schema 99"]);
    on.database.sql("UPDATE ringback.meta SET version = 0, least = 0");
    on.run(&list).refused(2, &["has schema 0", "ringback doctor --migrate"]);

    let read_only = format!("ALTER DATABASE {} SET default_transaction_read_only = on", on.database.name());
    cluster.sql("postgres", &read_only);
    on.run(&list).refused(1, &["can only be read"]);
}

#[test]
fn a_signal_ends_the_wait_for_a_server() {
    let Some(cluster) = cluster() else { return };
    let on = OnServer::new(cluster);
    let file = on.place.file("profile.json", &profile().to_string());
    let id = on.run(&["profiles", "apply", &file]).out.trim().to_owned();
    let mut command = on.command(&["send", "--from", "-", "--no-wait", "--json"]);
    command.stdin(Stdio::piped());
    let mut send = Running::reading(command);
    let mut input = send.input();
    let mut line = || {
        input
            .write_all(format!("{{\"callback_profile_id\": \"{id}\", \"data\": {{}}}}\n").as_bytes())
            .unwrap();
    };
    line();
    send.line(On::Out, "\"accepted\"");
    let name = on.database.name();
    cluster.sql("postgres", &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    let cut =
        format!("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'");
    cluster.sql("postgres", &cut);
    line();
    send.line(On::Err, "waiting for the database: postgres://");
    send.interrupt();
    assert_eq!(send.code(), Some(130));
    let said = send.rest_of_errors().join("\n");
    // Whether it was counted before depends on the moment.
    for text in ["stopped: 1 accepted: 1 ", "was accepted up to line 1"] {
        assert!(said.contains(text), "no '{text}' in {said}");
    }
    assert!(!said.contains("no longer in the log"), "{said}");
    cluster.sql("postgres", &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    assert_eq!(on.database.sql("SELECT count(*) FROM ringback.pending"), "1");
}

#[test]
fn a_password_comes_from_where_others_cannot_read_it_and_is_never_shown() {
    let Some(cluster) = cluster() else { return };
    let on = OnServer::new(cluster);
    on.database.sql("CREATE USER guarded SUPERUSER PASSWORD 's3cret'");
    let url = |password: &str| {
        let (port, name) = (cluster.port(), on.database.name());
        format!("postgres://guarded{password}@127.0.0.1:{port}/{name}?sslmode=disable")
    };
    let refused = |ran: &Ran| {
        assert!(!format!("{ran:?}").contains("s3cret"), "{ran:?}");
        ran.code
    };
    let list = ["profiles", "list"];
    assert_eq!(refused(&on.at(&url(""), &list)), Some(2), "no password");
    assert_eq!(refused(&on.at(&url(":s3cretly"), &list)), Some(2), "another one");
    assert_eq!(on.at(&url(":s3cret"), &list).code, Some(0));
    assert_eq!(refused(&on.at(&url(":s3cret"), &["doctor"])), Some(0));

    let mut command = on.command(&list);
    command.env("RINGBACK_DB", url("")).env("PGPASSWORD", "s3cret");
    assert_eq!(ran(command).code, Some(0));
    let mut command = on.command(&["--db", &url(":s3cret"), "profiles", "list"]);
    command.env_remove("RINGBACK_DB");
    let told = ran(command);
    assert_eq!(refused(&told), Some(2));
    assert!(told.err.contains("--db @FILE"), "{told:?}");

    let file = on.place.file("url", &url(":s3cret"));
    let of_file = ["--db", &format!("@{file}"), "profiles", "list"];
    assert!(on.run(&of_file).err.contains("chmod 600"));
    run("chmod", &["600", &file]);
    assert_eq!(on.run(&of_file).code, Some(0));
    on.place.file(".pgpass", "*:*:*:guarded:s3cret\n");
    let pgpass = on.place.path(".pgpass");
    assert!(on.at(&url(""), &list).err.contains("chmod 600"));
    run("chmod", &["600", pgpass.to_str().unwrap()]);
    assert_eq!(on.at(&url(""), &list).code, Some(0));
    on.database.sql("DROP USER guarded");
}

fn run(program: &str, args: &[&str]) {
    assert!(Command::new(program).args(args).status().unwrap().success());
}
