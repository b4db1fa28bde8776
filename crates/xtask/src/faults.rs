//! Process-level faults: a cluster of several gateways and services on a real PostgreSQL, people who draw (`faults`, a
//! program of this workspace), and processes that are killed, stopped, replaced or lose their database while they do.
//! Knows nothing of what people draw, only the numbers that the program prints.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;

use crate::cluster::{Cluster, Layout};
use crate::postgres::Postgres;
use crate::relay::Relay;
use crate::{interrupt, process, server};

const LAYOUT: Layout = Layout { documents: 3, gateways: 2, is_relayed: true };
/// A round that takes longer has failed.
const ROUND_LIMIT: Duration = Duration::from_secs(240);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long the database is away in a round that takes it away.
const DATABASE_AWAY: Duration = Duration::from_secs(3);

/// How long a wire is silent: longer than leases and keepalives last.
const SILENCE: Duration = Duration::from_secs(6);

/// What goes wrong in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// A service is killed; with it everybody's browser, so that nobody brings anything again.
    KillServiceAndLeave,
    /// A service is killed; people go on.
    KillService,
    /// A gateway is killed; people go on.
    KillGateway,
    /// A service stands still for longer than its lease, then goes on.
    PauseService,
    /// Every service is replaced, one after the other.
    RollingRestart,
    /// Gateways and a service do not hear of each other for a while; no connection breaks.
    PartService,
    /// A service and the database do not, while everybody else does.
    PartDatabase,
    /// Nobody and the database do.
    SilenceDatabase,
    /// The database crashes and comes back.
    RestartDatabase,
    /// The database is killed for good, and its standby takes its address.
    FailOver,
}

use Fault::{
    FailOver, KillGateway, KillService, KillServiceAndLeave, PartDatabase, PartService, PauseService, RestartDatabase,
    RollingRestart, SilenceDatabase,
};

/// A round each, for the test command.
const CHECKED: [Fault; 10] = [
    KillServiceAndLeave,
    KillService,
    KillGateway,
    PauseService,
    RollingRestart,
    PartService,
    PartDatabase,
    SilenceDatabase,
    RestartDatabase,
    FailOver,
];
/// What the rounds of the bench command kill, in turn.
const KILLS: [Fault; 5] = [KillServiceAndLeave, KillService, KillServiceAndLeave, KillGateway, KillService];

type Numbers = BTreeMap<String, u64>;

/// A round of everything.
pub fn check(binary: &Path) -> Result<()> {
    Field::start(binary)?.play(&CHECKED, 1)
}

/// Rounds of kill -9 at random moments, then one of everything. Words: `--rounds`, `--seed`, `--debug`.
pub fn bench(root: &Path, words: &[OsString]) -> Result<()> {
    let Words { rounds, seed, debug } = Words::try_parse_from(words)?;
    let binary = if debug { server::build_for_tests(root)? } else { server::build(root)? };
    build(root, if debug { &[] } else { &["--release"] })?;
    interrupt::listen()?;
    let faults: Vec<Fault> = KILLS.iter().copied().cycle().take(rounds).chain(CHECKED).collect();
    Field::start(&binary)?.play(&faults, seed)
}

#[derive(Parser)]
#[command(name = "cargo xtask bench faults", no_binary_name = true)]
struct Words {
    /// Rounds of kill -9
    #[arg(long, default_value_t = 50)]
    rounds: usize,
    /// Of the moments
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// With the build that tests use, instead of one for release
    #[arg(long)]
    debug: bool,
}

struct Field {
    cluster: Cluster,
    relay: Relay,
    primary: Postgres,
    standby: Option<Postgres>,
    people: std::path::PathBuf,
    random: Random,
}

impl Field {
    fn start(binary: &Path) -> Result<Self> {
        let people = binary.with_file_name("faults");
        if !people.is_file() {
            bail!("{} is not built", people.display());
        }
        let primary = Postgres::start()?;
        let relay = Relay::start(primary.port())?;
        let cluster = Cluster::start(binary, &primary.url_through(relay.port()), LAYOUT, None, "off")?;
        Ok(Self { cluster, relay, primary, standby: None, people, random: Random(1) })
    }

    fn play(&mut self, faults: &[Fault], seed: u64) -> Result<()> {
        self.random = Random(seed.wrapping_mul(2).wrapping_add(1));
        let mut all: BTreeMap<String, Vec<Numbers>> = BTreeMap::new();
        let mut wrong = Vec::new();
        for (round, fault) in (1..).zip(faults) {
            let numbers = self.round(*fault).with_context(|| format!("round {round}, {fault:?}"))?;
            let said: Vec<String> = numbers.iter().map(|(name, number)| format!("{name} {number}")).collect();
            println!("    round {round:>2} {fault:?}: {}", said.join(", "));
            wrong.extend(faulty(*fault, &numbers).map(|what| format!("round {round}, {fault:?}: {what}")));
            all.entry(format!("{fault:?}")).or_default().push(numbers);
        }
        for (fault, rounds) in &all {
            println!("    {fault}: {}", summary(rounds));
        }
        if !wrong.is_empty() {
            bail!("{}", wrong.join("; "));
        }
        Ok(())
    }

    fn round(&mut self, fault: Fault) -> Result<Numbers> {
        self.cluster.wait_until_ready()?;
        if fault == FailOver {
            self.standby = Some(self.primary.start_standby()?);
        }
        let (services, gateways) = (&self.cluster.documents, &self.cluster.gateways);
        let victim = self.random.below(services.len());
        let service = services[victim].pid();
        let gateway = gateways[self.random.below(gateways.len())].pid();
        let when = 500 + self.random.below(3_000);
        let seconds = if matches!(fault, KillServiceAndLeave | KillService | KillGateway) { 5 } else { 9 };
        let mut command = Command::new(&self.people);
        for gateway in gateways {
            command.args(["--url", &format!("http://{}", gateway.address)]);
        }
        command.args(["--seed", &self.random.below(1 << 30).to_string(), "--seconds", &seconds.to_string()]);
        match fault {
            KillServiceAndLeave => drop(command.args(["--abandon", "--kill", &format!("{service}:KILL:{when}")])),
            KillService => drop(command.args(["--kill", &format!("{service}:KILL:{when}")])),
            KillGateway => drop(command.args(["--kill", &format!("{gateway}:KILL:{when}")])),
            PauseService => {
                let resumed = when + 4_000;
                command.args([
                    "--kill",
                    &format!("{service}:STOP:{when}"),
                    "--kill",
                    &format!("{service}:CONT:{resumed}"),
                ]);
            }
            PartService | PartDatabase | SilenceDatabase | RollingRestart | RestartDatabase | FailOver => {}
        }
        let mut people = command.stdout(Stdio::piped()).spawn().context("cannot start the people")?;
        match fault {
            RollingRestart => self.replace_everybody()?,
            PartService => {
                let busiest = self.busiest_service()?;
                keep_silent(&self.cluster.doors[busiest])?;
            }
            PartDatabase => {
                let busiest = self.busiest_service()?;
                keep_silent(&self.cluster.lines[busiest])?;
            }
            SilenceDatabase => {
                interrupt::pause(Duration::from_secs(1))?;
                keep_silent(&self.relay)?;
            }
            RestartDatabase => self.restart_database()?,
            FailOver => self.fail_over()?,
            _ => {}
        }
        self.wait_for(&mut people)
    }

    fn replace_everybody(&mut self) -> Result<()> {
        interrupt::pause(Duration::from_secs(1))?;
        (0..self.cluster.documents.len()).try_for_each(|index| self.cluster.replace_document(index))
    }

    /// The service that most of the round's boards are at, a second from now: another may have none of them, and nobody would
    /// notice what happens to it.
    fn busiest_service(&self) -> Result<usize> {
        interrupt::pause(Duration::from_secs(1))?;
        let said = self.primary.sql(
            "SELECT address FROM (SELECT owner_service FROM boards ORDER BY created_at DESC LIMIT 4) AS newest \
             JOIN services ON id = owner_service GROUP BY address ORDER BY count(*) DESC LIMIT 1",
        )?;
        let doors = &self.cluster.doors;
        let busiest = doors.iter().position(|door| said.trim().ends_with(&format!(":{}", door.port())));
        busiest.with_context(|| format!("no service of ours has the boards: {said:?}"))
    }

    fn restart_database(&mut self) -> Result<()> {
        interrupt::pause(Duration::from_secs(2))?;
        self.primary.crash()?;
        interrupt::pause(DATABASE_AWAY)?;
        self.primary.start_again()
    }

    fn fail_over(&mut self) -> Result<()> {
        interrupt::pause(Duration::from_secs(2))?;
        self.primary.crash()?;
        interrupt::pause(DATABASE_AWAY / 2)?;
        let standby = self.standby.take().context("there is no standby")?;
        standby.promote()?;
        self.relay.turn_to(standby.port());
        self.primary = standby;
        Ok(())
    }

    /// Waits for the people's verdict; then starts again whoever was killed, so that the others had to do without.
    fn wait_for(&mut self, people: &mut Child) -> Result<Numbers> {
        let end = interrupt::now() + ROUND_LIMIT;
        let status = loop {
            if let Some(status) = people.try_wait()? {
                break status;
            }
            let waited = interrupt::pause(LOOK_EVERY);
            if waited.is_err() || interrupt::now() >= end {
                people.kill()?;
                people.wait()?;
                waited?;
                bail!("the round did not end");
            }
        };
        self.cluster.tend()?;
        let mut said = String::new();
        people.stdout.take().context("it is piped")?.read_to_string(&mut said)?;
        if !status.success() {
            bail!("the people gave up ({status})");
        }
        parse(&said)
    }
}

fn keep_silent(relay: &Relay) -> Result<()> {
    relay.silence();
    let waited = interrupt::pause(SILENCE);
    relay.speak();
    waited
}

fn parse(said: &str) -> Result<Numbers> {
    said.split_whitespace()
        .map(|pair| {
            let (name, number) = pair.split_once('=').with_context(|| format!("not a number: {pair:?}"))?;
            Ok((name.to_owned(), number.parse()?))
        })
        .collect()
}

/// What must not be, whatever goes wrong.
fn faulty(fault: Fault, numbers: &Numbers) -> impl Iterator<Item = String> {
    let number = |name: &str| numbers.get(name).copied().unwrap_or(u64::MAX);
    let mut wrong = Vec::new();
    for name in ["lost-acknowledged", "lost-seen", "refused"] {
        if number(name) > 0 {
            wrong.push(format!("{name} {}", number(name)));
        }
    }
    // Whoever is asked to leave hands over: no connection breaks, and nobody is told of trouble.
    if fault == RollingRestart {
        let told = ["closed", "not-saved"].into_iter().filter(|name| number(name) > 0);
        wrong.extend(told.map(|name| format!("{name} {}", number(name))));
    }
    if matches!(fault, SilenceDatabase | RestartDatabase | FailOver) && number("not-saved") == 0 {
        wrong.push("nobody was told \"not saved\"".to_owned());
    }
    if matches!(fault, PartService | PartDatabase) && number("rejoined") == 0 && number("not-saved") == 0 {
        wrong.push("nobody noticed anything".to_owned());
    }
    if number("acknowledged") == 0 || number("seen") == 0 {
        wrong.push("nobody drew anything".to_owned());
    }
    wrong.into_iter()
}

fn summary(rounds: &[Numbers]) -> String {
    let all = |name: &str| {
        let mut numbers: Vec<u64> = rounds.iter().filter_map(|numbers| numbers.get(name).copied()).collect();
        numbers.sort_unstable();
        numbers
    };
    let sum = |name: &str| all(name).iter().sum::<u64>();
    let middle_and_most = |name: &str| {
        let numbers = all(name);
        let middle = numbers.get(numbers.len() / 2).copied().unwrap_or_default();
        format!("{middle} / {}", numbers.last().copied().unwrap_or_default())
    };
    format!(
        "{} rounds, acknowledged {}, seen {}, lost {} + {}, slowest ms (median / most) {}, recovered ms {}, closed {}",
        rounds.len(),
        sum("acknowledged"),
        sum("seen"),
        sum("lost-acknowledged"),
        sum("lost-seen"),
        middle_and_most("slowest-ms"),
        middle_and_most("recovered-ms"),
        sum("closed"),
    )
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed kills at the same moments.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap_or(0)
    }
}

/// Builds the people's program beside the server.
pub fn build(root: &Path, flags: &[&str]) -> Result<()> {
    process::run(process::cargo(root).args(["build", "--quiet", "--package", "faults"]).args(flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(said: &str) -> Numbers {
        parse(said).unwrap()
    }

    #[test]
    fn a_loss_is_a_fault() {
        let good = "acknowledged=5 seen=5 lost-acknowledged=0 lost-seen=0 refused=0 closed=2 not-saved=0 rejoined=0 ";
        assert_eq!(faulty(KillService, &numbers(good)).count(), 0);
        assert_eq!(faulty(RollingRestart, &numbers(good)).collect::<Vec<_>>(), ["closed 2"]);
        assert_eq!(faulty(FailOver, &numbers(good)).count(), 1);
        assert_eq!(faulty(PartDatabase, &numbers(good)).collect::<Vec<_>>(), ["nobody noticed anything"]);
        for (good_word, bad_word) in [("seen=0", "seen=1"), ("refused=0", "refused=3"), ("seen=5", "seen=0")] {
            assert_eq!(faulty(KillService, &numbers(&good.replace(good_word, bad_word))).count(), 1, "{bad_word}");
        }
        assert_eq!(faulty(KillService, &numbers("drawn=1")).count(), 3);
        assert!(parse("what").is_err() && parse("a=b").is_err());
    }
}
