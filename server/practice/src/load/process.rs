//! What a process needs, as Linux tells it.

use std::fs;

/// A running process on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(u32);

/// What it needed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Footprint {
    /// Processor time, in user and kernel mode.
    pub cpu_ms: f64,
    /// Memory that is really there.
    pub memory_mb: f64,
}

/// The kernel counts processor time in these; 100 a second on every Linux that runs this.
const TICK_MS: f64 = 10.0;
const LISTEN: &str = "0A";

impl Process {
    /// The process of this id, if there is one.
    pub fn of_id(id: u32) -> Option<Self> {
        Self(id).footprint().map(|_| Self(id))
    }

    /// The process that listens on this port, if it can be seen.
    pub fn of_port(port: u16) -> Option<Self> {
        let socket = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| {
            let table = fs::read_to_string(table).ok()?;
            listener(&table, port).map(str::to_owned)
        })?;
        let wanted = format!("socket:[{socket}]");
        fs::read_dir("/proc").ok()?.filter_map(Result::ok).find_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let mut files = fs::read_dir(entry.path().join("fd")).ok()?.filter_map(Result::ok);
            files.any(|it| fs::read_link(it.path()).is_ok_and(|it| it.to_str() == Some(&wanted))).then_some(Self(id))
        })
    }

    /// What it needed so far; `None` once it is gone.
    pub fn footprint(self) -> Option<Footprint> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?;
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).ok()?;
        Some(Footprint { cpu_ms: cpu_ticks(&stat)? * TICK_MS, memory_mb: memory_kb(&status)? / 1_024.0 })
    }
}

/// The inode of the socket that listens on a port.
fn listener(table: &str, port: u16) -> Option<&str> {
    table.lines().skip(1).find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let listens = columns.get(3) == Some(&LISTEN) && columns.get(1)?.ends_with(&format!(":{port:04X}"));
        if listens { columns.get(9).copied() } else { None }
    })
}

fn cpu_ticks(stat: &str) -> Option<f64> {
    // The name, in parentheses, may hold anything.
    let mut columns = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, kernel): (f64, f64) = (columns.next()?.parse().ok()?, columns.next()?.parse().ok()?);
    Some(user + kernel)
}

fn memory_kb(status: &str) -> Option<f64> {
    status.lines().find_map(|it| it.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_tables_are_read() {
        let stat = "42 (a (strange) name) S 1 42 42 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 1 0 100 1 2";
        assert_eq!(cpu_ticks(stat), Some(300.0));
        assert_eq!(memory_kb("Name:\taida\nVmRSS:\t   20480 kB\n"), Some(20_480.0));
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                     0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 98765 1 0\n   \
                     1: 0100007F:0BB8 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 11111 1 0\n";
        assert_eq!(listener(table, 3_000), Some("98765"));
        assert_eq!(listener(table, 3_001), None);
    }

    #[test]
    fn this_process_is_found_by_its_port_and_has_a_footprint() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = socket.local_addr().expect("bound").port();

        let found = Process::of_port(port);

        assert_eq!(found, Process::of_id(std::process::id()));
        assert!(found.and_then(Process::footprint).is_some_and(|it| it.memory_mb > 1.0));
    }
}
