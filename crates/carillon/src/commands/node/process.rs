//! What the system says about this process, under the usual names of Prometheus.
//!
//! Never: failing; what cannot be read is left out.

use std::fmt::Write;

use base::WallTime;
use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

/// The lines of all that is known, each after its type.
pub(super) fn metrics(started_at: WallTime) -> String {
    let mut out = String::new();
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    let cpu = format!("{}.{:09}", cpu.tv_sec, cpu.tv_nsec);
    put(&mut out, "process_cpu_seconds_total", "counter", &cpu);
    let started_at = started_at.unix_seconds().to_string();
    put(&mut out, "process_start_time_seconds", "gauge", &started_at);
    if let Some(most) = getrlimit(Resource::Nofile).current {
        put(&mut out, "process_max_fds", "gauge", &most.to_string());
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        put(
            &mut out,
            "process_open_fds",
            "gauge",
            &open.count().to_string(),
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for (name, field, factor) in [
        ("process_resident_memory_bytes", "VmRSS:", 1_024),
        ("process_virtual_memory_bytes", "VmSize:", 1_024),
        ("process_threads", "Threads:", 1),
    ] {
        if let Some(number) = number(&status, field) {
            put(&mut out, name, "gauge", &(number * factor).to_string());
        }
    }
    out
}

fn put(out: &mut String, name: &str, kind: &str, value: &str) {
    write!(out, "# TYPE {name} {kind}\n{name} {value}\n\n").expect("text grows");
}

/// The number after a field of `/proc/self/status`; sizes there are in KiB.
fn number(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_metric_has_its_type_and_a_number() {
        let text = metrics(WallTime(1_710_837_000_000_000));
        assert!(text.contains("process_start_time_seconds 1710837000\n"));
        for block in text.trim_end().split("\n\n") {
            let (kind, value) = block.split_once('\n').expect("two lines");
            let name = kind
                .split(' ')
                .nth(2)
                .expect("a type line names its metric");
            let number = value.strip_prefix(name).expect("the same name");
            assert!(number.trim().parse::<f64>().is_ok(), "{block}");
        }
    }
}
