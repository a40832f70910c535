"""What measurements are made of: the processes of a run, the server and its baselines, the users that it knows, and the table of results."""

import http.client
import json
import os
import platform
import re
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANY = 1_000_000_000
COST = 12
KNOWN = 20_000
REACHED, MISSED = "reached", "**missed**"


class Machine:
    """Manages the processes of this run, which end with it, and their cores and files."""

    def __init__(self, options):
        self.rounds, self.seconds, self.warm_up = options.rounds, options.seconds, options.warm_up
        self.pairs, self.hashes, self.steady = options.pairs, options.hashes, options.steady
        self.loaded, self.settle = options.loaded, options.settle
        self.folder = Path(tempfile.mkdtemp(prefix="cortex-benchmarks-"))
        # PostgreSQL refuses to run as root, and its unprivileged account needs access to its data folder.
        self.folder.chmod(0o711)
        self.processes = []
        self.secret = secrets.token_hex(32)
        self.load_before = os.getloadavg()[0]
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            fail("Two processors are required: one for the server and one for the load.")
        self.own, self.other, self.both = [cores[0]], [cores[1]], cores[:2]

    def build(self):
        runtime = "linux-arm64" if platform.machine() == "aarch64" else "linux-x64"
        for project, name, more in (
            ("Cortex.IdentityServer", "server", ["-r", runtime, "--self-contained", "false"]),
            ("benchmarks/Cortex.IdentityServer.Benchmarks", "tools", []),
        ):
            say(f"building {project}")
            run(["dotnet", "publish", str(ROOT / project), "-c", "Release", "-o", str(self.folder / name), "-v", "quiet", "-nologo", *more])

    def tool(self, cores, verb, **arguments):
        """Runs one verb of the benchmarks project to completion and parses the JSON that it prints."""
        return json.loads(run(pinned(cores, self.tool_command(verb, arguments))))

    def tool_command(self, verb, arguments):
        pairs = [text for name, value in arguments.items() for text in (f"--{name}", str(value))]
        return ["dotnet", str(self.folder / "tools/Cortex.IdentityServer.Benchmarks.dll"), verb, *pairs]

    def start(self, command, **options):
        # Starts a new session, so that Ctrl-C reaches only this script, which then stops its processes in order.
        process = subprocess.Popen(command, start_new_session=True, text=True, **options)
        self.processes.append(process)
        return process

    def stop(self, process):
        if process in self.processes:
            self.processes.remove(process)
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()

    def start_postgres(self):
        if url := os.environ.get("POSTGRES_URL"):
            self.databases = {"cortex": url}
            return
        process = self.start(self.tool_command("postgres", {"folder": self.folder / "postgres"}), stdout=subprocess.PIPE)
        line = process.stdout.readline().strip()
        if not line:
            fail("PostgreSQL did not start.")
        self.databases = {name: line.replace("Database=cortex", f"Database={name}") for name in ("cortex", "large")}

    @property
    def can_prioritize(self):
        """Whether a process may run with real-time priority, and this script may move PostgreSQL to other cores."""
        if os.environ.get("POSTGRES_URL") or shutil.which("chrt") is None or shutil.which("pgrep") is None:
            return False
        return subprocess.run(["chrt", "--fifo", "1", "true"], capture_output=True, check=False).returncode == 0

    def pin_postgres(self, cores):
        """Moves PostgreSQL to these cores; new connections inherit them."""
        postmaster = (self.folder / "postgres/postmaster.pid").read_text(encoding="ascii").split()[0]
        children = subprocess.run(["pgrep", "-P", postmaster], stdout=subprocess.PIPE, text=True, check=False).stdout.split()
        for process in [postmaster, *children]:
            # A connection may have been closed in the meantime.
            subprocess.run(["taskset", "-cp", ",".join(map(str, cores)), process], capture_output=True, check=False)

    def describe(self):
        """Describes the machine and versions that the figures were measured on."""
        processor = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
        memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"))[1]) / 1024 ** 2
        versions = self.tool(self.both, "versions", database=self.databases["cortex"])
        return [
            ("processor", processor[1].strip() if processor else platform.processor() or platform.machine()),
            ("cores", f"{len(os.sched_getaffinity(0))} usable, {len(self.both)} used"),
            ("memory", f"{memory:.1f} GiB"),
            ("kernel", f"{platform.system()} {platform.release()} {platform.machine()}"),
            (".NET", versions["dotnet"]),
            ("PostgreSQL", versions["postgres"]),
            ("load before the run", f"{self.load_before:.2f}"),
            ("measured", time.strftime("%Y-%m-%d %H:%M %Z")),
            ("commit", commit()),
        ]

    def end(self):
        for process in reversed(list(self.processes)):
            self.stop(process)
        shutil.rmtree(self.folder, ignore_errors=True)


class Server:
    """The server, or a baseline, as one process on the given cores."""

    def __init__(self, machine, cores, command, environment=None, health="/health", port=None):
        self.machine, self.cores, self.port = machine, cores, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.warm, self.settings = set(), environment or {}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ASPNETCORE_")}
        self.log = open(machine.folder / f"log-{self.port}", "w+", encoding="utf-8")
        began = time.monotonic()
        self.process = machine.start(
            pinned(cores, command(self.url)), env={**clean, **(environment or {})}, stdout=self.log, stderr=subprocess.STDOUT, cwd=machine.folder)
        self.seconds_to_health = self.wait_for(health, began)

    def wait_for(self, path, began):
        while time.monotonic() - began < 120:
            if self.process.poll() is not None:
                break
            try:
                if self.request("GET", path)[0] == 200:
                    return time.monotonic() - began
            except OSError:
                pass
            time.sleep(0.005)
        self.log.seek(0)
        fail(f"{self.url} did not start:\n{self.log.read()[-2000:]}")

    def request(self, method, path, headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body and json.dumps(body), {**(headers or {}), **({"Content-Type": "application/json"} if body else {})})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def memory(self):
        """The resident memory, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def processor_time(self):
        """The processor time that the process has used so far, in seconds."""
        # Linux derives the id of this clock from the id of the process, as clock_getcpuclockid(3) does. /proc counts in hundredths of a second only.
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def wrk(self, path, *headers):
        """Measures requests per second with wrk."""
        # The runtime recompiles hot code twice in the background before it reaches full speed.
        if (path, headers) not in self.warm:
            self.warm.add((path, headers))
            self.wrk_for(self.machine.warm_up, self.machine.other, path, headers)
        return self.wrk_for(self.machine.seconds, self.machine.other, path, headers)

    def load(self, path, *headers):
        """Sends requests as fast as possible, from the cores that the server runs on."""
        self.wrk_for(self.machine.loaded, self.machine.both, path, headers)

    def processor_time_of(self, seconds, path, *headers):
        """Returns the processor time that the server spends on requests for so many seconds, and their number."""
        began = self.processor_time()
        text = self.output_of_wrk(seconds, self.machine.other, path, headers)
        return self.processor_time() - began, int(re.search(r"(\d+) requests in", text)[1])

    def wrk_for(self, seconds, cores, path, headers):
        return float(re.search(r"Requests/sec:\s+([\d.]+)", self.output_of_wrk(seconds, cores, path, headers))[1])

    def output_of_wrk(self, seconds, cores, path, headers):
        flags = [text for header in headers for text in ("-H", header)]
        text = run(pinned(cores, ["wrk", "-t1", "-c32", f"-d{seconds}s", *flags, self.url + path]))
        if "Non-2xx" in text or "Socket errors" in text:
            fail(f"wrk saw failures at {path}:\n{text}")
        return text

    def stop(self):
        self.machine.stop(self.process)
        self.log.close()


def ours(machine, cores, database="cortex", algorithm="HS256", port=None, **more):
    """The server as it is deployed; rate limits are counted but never reached."""
    names = ["register", "login", "login_failures", "refresh", "refresh_session", "sensitive", "sensitive_user", "mails", "admin", "unknown_keys", "usage",
             "usage_user", "health", "console"]
    return Server(
        machine, cores, lambda url: ["dotnet", str(machine.folder / "server/Cortex.IdentityServer.dll"), "--urls", url], {
            "DOTNET_ENVIRONMENT": "Production",

            # The same value as in the Dockerfile.
            "DOTNET_GCgen0size": "0x2000000",
            "POSTGRES_URL": machine.databases[database],
            "JWT_SECRET_KEY": machine.secret[::-1],
            "SECRET_KEY": machine.secret,
            "PUBLIC_URL": "http://localhost:5000",
            "JWT_ALGORITHM": algorithm,
            "BCRYPT_COST": str(COST),
            "TRUSTED_PROXIES": "127.0.0.1",
            "DRAIN_SECONDS": "0",

            # Several servers run at the same time, so the port isn't the usual one.
            "MANAGEMENT_URLS": "http://127.0.0.1:0",
            "RATE_LIMITS": ",".join(f"{name}={MANY}" for name in names),
            "API_KEY_LIMITS": f"free={MANY},pro={MANY},enterprise={MANY}",
            **more,
        }, port=port)


def bare(machine, cores, user):
    return Server(machine, cores, lambda url: machine.tool_command("bare", {"url": url, "database": machine.databases["cortex"], "user": user}), health="/")


class Known:
    """The users, API keys and refresh tokens that were seeded into one database; each one is used only once."""

    def __init__(self, machine, database, users):
        self.machine, self.folder, self.used = machine, machine.folder / f"known-{database}", {"users": 0, "keys": 0, "tokens": 0}
        say(f"filling {database} with {users:,} users")
        ours(machine, machine.both, database).stop()
        command = machine.tool_command("seed", {
            "database": machine.databases[database], "folder": self.folder, "users": users, "known": min(users, KNOWN), "cost": COST, "secret": machine.secret})
        run(command)
        self.count = {kind: len((self.folder / kind).read_text(encoding="ascii").splitlines()) for kind in self.used}

    def take(self, kind, count):
        first, self.used[kind] = self.used[kind], self.used[kind] + count
        if self.used[kind] > self.count[kind]:
            fail(f"Only {self.count[kind]:,} {kind} were seeded: choose fewer rounds.")
        return {"folder": self.folder, "skip": first, "take": count}

    def line(self, kind):
        first = self.take(kind, 1)["skip"]
        return (self.folder / kind).read_text(encoding="ascii").splitlines()[first]

    def access_token(self, server):
        status, body = server.request("POST", "/api/v1/auth/refresh", body={"refresh_token": self.line("tokens")})
        if status != 200:
            fail(f"A refresh failed with {status}: {body}")
        return json.loads(body)["access_token"]

    def user(self, server):
        """Returns the email of a user, and an access token."""
        email = (self.folder / "users").read_text(encoding="ascii").splitlines()[self.used["tokens"]]
        return email, self.access_token(server)


class Table:
    """The rows of the report."""

    def __init__(self):
        self.rows, self.plans = [], []

    def ratio(self, name, what, baselines, figures, wanted, unit="/s"):
        """Requires at least this share of the baseline. The median of the rounds' ratios counts, because a disturbance affects both sides of a round."""
        ratio = statistics.median(figure / baseline for figure, baseline in zip(figures, baselines))
        baseline, figure = number(statistics.median(baselines)), number(statistics.median(figures))
        self.add(name, what, baseline + unit, figure + unit, f"{ratio:.2f}", f">= {wanted:.2f}", ratio >= wanted)

    def times(self, name, what, baselines, figures, most, unit):
        """Allows at most this multiple of the baseline, as the median of the rounds."""
        ratio = statistics.median(figure / baseline for figure, baseline in zip(figures, baselines))
        baseline, figure = number(statistics.median(baselines)), number(statistics.median(figures))
        self.add(name, what, f"{baseline} {unit}", f"{figure} {unit}", f"x{number(ratio)}", f"<= x{most:g}", ratio <= most)

    def growth(self, name, what, small, large, most):
        ratio = statistics.median(one / other for one, other in zip(small, large))
        self.add(name, what, number(statistics.median(small)) + "/s", number(statistics.median(large)) + "/s", f"x{ratio:.2f}", f"<= x{most:g}", ratio <= most)

    def equal(self, name, what, ones, others, most):
        one, other = statistics.median(ones), statistics.median(others)
        apart = abs(one - other) / min(one, other)
        self.add(name, what, f"{other:.2f} ms", f"{one:.2f} ms", f"{100 * apart:.1f} %", f"<= {100 * most:.0f} %", apart <= most)

    def slower(self, name, what, small, large, times, most):
        """Allows at most this multiple of the smaller case, and at most this many milliseconds."""
        one, other = statistics.median(small), statistics.median(large)
        self.add(
            name, what, f"{number(one)} ms", f"{number(other)} ms", f"x{other / one:.2f}", f"<= x{times:g}, < {most} ms",
            other <= times * one and other < most)

    def least(self, name, what, figures, wanted, unit="/s"):
        """Requires an absolute figure."""
        figure = statistics.median(figures)
        self.add(name, what, "", number(figure) + unit, "", f">= {wanted:,}{unit}", figure >= wanted)

    def note(self, name, what, baselines, figures, unit="/s"):
        """A ratio without a goal."""
        ratio = statistics.median(figure / baseline for figure, baseline in zip(figures, baselines))
        self.add(name, what, number(statistics.median(baselines)) + unit, number(statistics.median(figures)) + unit, f"{ratio:.2f}", "", None)

    def add(self, name, what, baseline, figure, ratio, wanted, is_met):
        self.rows.append((name, what, baseline, figure, ratio, wanted, "" if is_met is None else REACHED if is_met else MISSED))
        say(f"{name} {what}: {figure} (baseline {baseline or '-'}, ratio {ratio or '-'}, goal {wanted or '-'})")

    def print(self, about):
        print("\n| machine | |\n| --- | --- |")
        for name, value in about:
            print(f"| {name} | {value} |")
        head = ("id", "what", "baseline", "ours", "ratio", "goal", "")
        print("\n| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
        for row in self.rows:
            print("| " + " | ".join(row) + " |")
        for name, lines in self.plans:
            print(f"\n{name}\n" + "\n".join(f"    {line}" for line in lines if "Subquery Scan" not in line and "->  Limit" not in line))

    def verdict(self):
        """Prints which goals are not reached; returns whether all are."""
        missed, goals = [row for row in self.rows if row[-1] == MISSED], [row for row in self.rows if row[-1]]
        print(f"\n{len(goals) - len(missed)} of {len(goals)} goals reached." + (" Not reached:" if missed else ""))
        for name, what, _, _, ratio, wanted, _ in missed:
            print(f"    {name} {what}: {ratio}, goal {wanted}")
        return not missed


def good(result):
    if result["failed"]:
        fail(f"Requests failed: {result}")
    return result


def pinned(cores, command):
    return ["taskset", "-c", ",".join(map(str, cores)), *command]


def run(command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode != 0:
        fail(f"{' '.join(command[:6])} … failed:\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout


def fail(text):
    """Aborts the run; its figures are discarded."""
    print(text, file=sys.stderr)
    sys.exit(2)


def commit():
    """The commit that was measured, marked as dirty if there are uncommitted changes."""
    result = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return result.stdout.strip() or "unknown"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
