//! A PostgreSQL for tests: Debian's package, started by the first test that needs it, shared by all test processes of a
//! checkout, and gone a minute after the last one. Nothing that it holds outlives it.

use std::{
    env, fs, io,
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{args, db::Db, db::MIGRATOR};

/// Stops the server and removes its data when no test has touched the heartbeat for a minute. Looks while it holds the
/// tests' lock, so that it never stops a server that a test has just found alive.
const WATCHDOG: &str = r#"
pid=$1 lock=$2 heartbeat=$3 dir=$4
while sleep 5; do
  kill -0 "$pid" 2>/dev/null || exit 0
  flock "$lock" sh -c '
    [ -n "$(find "$2" -mmin -1 2>/dev/null)" ] && exit 1
    kill -INT "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$3"
  ' sh "$pid" "$heartbeat" "$dir" && exit 0
done
"#;

/// A database of its own, with the whole schema: its URL.
pub async fn fresh_database() -> String {
    let server = tokio::task::spawn_blocking(server).await.expect("looking for PostgreSQL does not panic");
    let server = server.unwrap_or_else(|problem| panic!("tests need PostgreSQL: {problem}"));
    let template = template(&server).await;
    let name = format!("t{}", uuid::Uuid::now_v7().simple());
    create(&server, &format!("{name} template {template}")).await;
    format!("{server}/{name}")
}

/// Takes a database away: whoever uses it is thrown out, and nobody gets in until [`give_back`].
pub async fn take_away(url: &str) {
    let (server, name) = url.rsplit_once('/').expect("the URL of a database of ours");
    run(server, format!("alter database {name} with allow_connections false")).await;
    run(server, format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")).await;
}

/// Gives a database back that was taken away.
pub async fn give_back(url: &str) {
    let (server, name) = url.rsplit_once('/').expect("the URL of a database of ours");
    run(server, format!("alter database {name} with allow_connections true")).await;
}

/// The database that the others are copied from: made once for each state of the migrations.
async fn template(server: &str) -> String {
    let mut mark = crc32fast::Hasher::new();
    MIGRATOR.iter().for_each(|step| mark.update(&step.checksum));
    let name = format!("template_{:08x}", mark.finalize());
    let _lock = lock().expect("the lock of the tests' PostgreSQL");
    let maintenance = Db::open(&format!("{server}/postgres")).await.expect("PostgreSQL answers");
    let there: Option<(String,)> = maintenance
        .system("the tests' own server")
        .optional("select datname::text from pg_database where datname = $1", args![&name])
        .await
        .expect("PostgreSQL lists its databases");
    maintenance.close().await;
    if there.is_none() {
        let making = format!("{name}_making");
        create(server, &making).await;
        let db = Db::open(&format!("{server}/{making}")).await.expect("the template opens");
        db.migrate().await.expect("the schema is made");
        db.close().await;
        // Only a template that is complete has the name that is looked for.
        run(server, format!("alter database {making} rename to {name}")).await;
    }
    name
}

async fn create(server: &str, what: &str) {
    run(server, format!("create database {what}")).await;
}

async fn run(server: &str, statement: String) {
    let db = Db::open(&format!("{server}/postgres")).await.expect("PostgreSQL answers");
    db.system("the tests' own server").run(statement.leak(), args![]).await.expect("PostgreSQL makes a database");
    db.close().await;
}

/// The server's URL without a database.
fn server() -> Result<String, String> {
    if let Ok(url) = env::var("AIDA_TEST_POSTGRES_URL") {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    let _lock = lock().map_err(|error| format!("cannot lock {}: {error}", lock_path().display()))?;
    fs::write(heartbeat_path(), b"").map_err(|error| error.to_string())?;
    let port_path = target().join("test-postgres.port");
    if let Some(port) = fs::read_to_string(&port_path).ok().and_then(|port| port.trim().parse().ok())
        && TcpStream::connect(("127.0.0.1", port)).is_ok()
    {
        return Ok(url(port));
    }
    let port = start()?;
    fs::write(&port_path, port.to_string()).map_err(|error| error.to_string())?;
    Ok(url(port))
}

fn url(port: u16) -> String {
    format!("postgres://postgres@127.0.0.1:{port}")
}

fn target() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"))
}

fn lock_path() -> PathBuf {
    target().join("test-postgres.lock")
}

fn heartbeat_path() -> PathBuf {
    target().join("test-postgres.heartbeat")
}

/// Held until it is dropped.
fn lock() -> io::Result<fs::File> {
    let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(lock_path())?;
    file.lock()?;
    Ok(file)
}

fn start() -> Result<u16, String> {
    let bin = bin_dir()?;
    let dir = tempfile::Builder::new().prefix("aida-test-postgres-").tempdir().map_err(|e| e.to_string())?.keep();
    if is_root() {
        // PostgreSQL refuses to run as root.
        expect(Command::new("chown").arg("postgres").arg(&dir))?;
    }
    let data = dir.join("data");
    expect(
        as_postgres(&bin.join("initdb"), &dir)
            .args(["-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "-D"])
            .arg(&data),
    )?;

    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(|e| e.to_string())?.port();
    let log = dir.join("log");
    let mut postgres = as_postgres(&bin.join("pg_ctl"), &dir);
    // What is tested is the SQL, not the disk: nothing has to survive here.
    let settings = format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off \
         -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB"
    );
    expect(postgres.args(["start", "-w", "-t", "30", "-D"]).arg(&data).arg("-l").arg(&log).arg("-o").arg(settings))?;
    watch(&data, &dir)?;
    wait_for(port)?;
    Ok(port)
}

fn watch(data: &Path, dir: &Path) -> Result<(), String> {
    let pid = fs::read_to_string(data.join("postmaster.pid")).map_err(|error| error.to_string())?;
    let pid = pid.lines().next().unwrap_or_default().to_owned();
    Command::new("sh")
        .args(["-c", WATCHDOG, "watchdog", &pid])
        .args([lock_path(), heartbeat_path(), dir.to_owned()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // The test run that starts it may be interrupted; others go on using the server.
        .process_group(0)
        .spawn()
        .map(|_| ())
        .map_err(|error| format!("the watchdog cannot be started: {error}"))
}

fn wait_for(port: u16) -> Result<(), String> {
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if began.elapsed() > Duration::from_secs(20) {
            return Err("it was started but does not answer".into());
        }
        std::thread::yield_now();
    }
    Ok(())
}

/// Debian keeps each version's programs apart: the newest.
fn bin_dir() -> Result<PathBuf, String> {
    let versions = fs::read_dir("/usr/lib/postgresql").map_err(|_| "install the package postgresql".to_owned())?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            path.join("bin/initdb").exists().then(|| (version, path.join("bin")))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin).ok_or_else(|| "install the package postgresql".to_owned())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

fn as_postgres(program: &Path, dir: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(dir);
    command
}

fn expect(command: &mut Command) -> Result<(), String> {
    let name = format!("{command:?}");
    // Output goes to a file of its own: a server that is started would keep a pipe open.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name}: {status}")),
        Err(error) => Err(format!("{name}: {error}")),
    }
}
