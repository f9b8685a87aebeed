"""The daemon as a process: start, reload, log, stop, and what it refuses.

Real programs, no root, no network but the loopback interface.
"""

import contextlib
import ctypes
import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tap import case, run, skip, tree

DAEMON = os.environ["HOMESTEADD"]
LIMIT = 30
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
# Of the file, its line and the reason.
COMPLAINT = re.compile(r"homestead\.conf:\d+: \S")


class Manager:
    """What a service manager hears: a bound $NOTIFY_SOCKET."""

    def __init__(self, name):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.settimeout(LIMIT)
        self.sock.bind("\0" + name[1:] if name.startswith("@") else name)

    def hears(self, word):
        """The next message with that word in it; others are passed over."""
        while True:
            message = self.sock.recv(4096).decode()
            if word in message.splitlines() or word in message:
                return message

    def close(self):
        self.sock.close()


class Daemon:
    """One homesteadd on files below top."""

    def __init__(self, top, *args, conf="", manager=None, env=None):
        self.top = top
        self.config = os.path.join(top, "homestead.conf")
        self.socket = os.path.join(top, "control.sock")
        self.state = os.path.join(top, "state")
        self.manager_name = manager or os.path.join(top, "notify")
        self.manager = Manager(self.manager_name)
        self.write(conf)
        self.log_path = os.path.join(top, "log")
        self.args = ["--config", self.config, "--state", self.state, "--socket", self.socket]
        self.env = {**os.environ, "NOTIFY_SOCKET": self.manager_name, **(env or {})}
        self.popen = None
        self.more = list(args)

    def write(self, conf):
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(conf)

    def spawn(self, err):
        self.popen = subprocess.Popen(
            [DAEMON, *self.args, *self.more], env=self.env, stdin=subprocess.DEVNULL,
            stdout=err, stderr=subprocess.STDOUT, text=True,
            preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))

    def start(self):
        """Its log goes to a file. What the manager hears last is kept."""
        with open(self.log_path, "ab") as log:
            self.spawn(log)
        self.ready = self.manager.hears("READY=1")
        return self

    def log(self):
        with open(self.log_path, encoding="utf-8") as f:
            return f.read()

    def connect(self):
        link = http.client.HTTPConnection("localhost", timeout=LIMIT)
        link.sock = socket.socket(socket.AF_UNIX)
        link.sock.settimeout(LIMIT)
        link.sock.connect(self.socket)
        return link

    def call(self, method, path, body=None):
        """(status, answer) of the API."""
        with contextlib.closing(self.connect()) as link:
            link.request(method, path, body=json.dumps(body) if body is not None else None)
            answer = link.getresponse()
            return answer.status, json.loads(answer.read())

    def peers(self):
        return [p["name"] for p in self.call("GET", "/v1/masc/peers")[1]["peers"]]

    def stop(self, number=signal.SIGTERM):
        self.popen.send_signal(number)
        return self.popen.wait(LIMIT)

    def close(self):
        if self.popen and self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()
        if self.popen and self.popen.stdout:
            self.popen.stdout.close()
        self.manager.close()


@contextlib.contextmanager
def daemon(*args, **how):
    """One that is stopped in good order when the case is over: what it did
    wrong with its memory is told at its end."""
    with tree({}) as top, contextlib.closing(Daemon(top, *args, **how)) as d:
        yield d
        if d.popen.poll() is None:
            assert d.stop() == 0, d.log()


def masc(*peers, listen="127.0.0.1:0"):
    """A configuration of MASC that listens on a port of the test's own."""
    return ("pnrp = { enabled = false; };\n"
            "masc = { domain = 64512; node = 1; listen = \"%s\";\npeers = (\n%s ); };\n"
            % (listen, ",\n".join(
                "{ name = \"%s\"; address = \"127.0.0.1:%d\"; role = \"child\"; domain = %d; "
                "passive = true; }" % (p, 20000 + i, 70000 + i) for i, p in enumerate(peers))))


def lines_until(d, words):
    """What a daemon with its log in a pipe says, up to a line with these words."""
    said = ""
    for line in d.popen.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError("it ended without %r:\n%s" % (words, said))


def free_port(host="127.0.0.1"):
    with socket.socket() as s:
        s.bind((host, 0))
        return s.getsockname()[1]


def masc_on_free_port(*peers):
    return masc(*peers, listen="127.0.0.1:%d" % free_port())


def fails(*args, env=None):
    """What a start that fails writes; its status must be 1."""
    done = subprocess.run([DAEMON, *args], env=env, text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=LIMIT)
    assert done.returncode == 1, done
    return done.stderr


@case
def it_starts_and_stops_in_good_order():
    for number in (signal.SIGTERM, signal.SIGINT):
        with daemon() as d:
            d.start()
            status, answer = d.call("GET", "/v1/status")
            assert status == 200 and answer["pid"] == d.popen.pid, answer
            assert answer["config_path"] == d.config and answer["state_dir"] == d.state, answer
            assert d.stop(number) == 0, d.log()
            assert not os.path.exists(d.socket)
            message = d.manager.hears("STOPPING=1")
            assert "STATUS=" in message, message


@case
def a_second_signal_stops_at_once():
    with daemon() as d:
        d.start()
        # Both wait when it goes on: nothing of a stop in good order lies between.
        for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCONT):
            d.popen.send_signal(number)
        assert d.popen.wait(LIMIT) == 1, d.log()
        assert "stopped at once, on a second signal" in d.log(), d.log()
        assert not os.path.exists(d.socket)
        assert d.start().stop() == 0, d.log()


@case
def the_manager_is_told_in_the_abstract_space_too():
    with daemon(manager="@homestead-test-%d" % os.getpid(), conf=masc_on_free_port("a", "b")) as d:
        d.start()
        assert d.stop() == 0, d.log()


@case
def readiness_says_how_many_sessions_are_up():
    with daemon(conf=masc_on_free_port("a", "b")) as d:
        assert "STATUS=MASC: 0 of 2 sessions up" in d.start().ready, d.ready
    with daemon() as d:
        assert "STATUS=MASC is off: the configuration does not mention it" in d.start().ready


@case
def a_good_configuration_is_taken_over():
    with daemon(conf=masc_on_free_port("north")) as d:
        d.start()
        assert d.peers() == ["north"]
        with open(d.config, encoding="utf-8") as f:
            listen = re.search(r"127\.0\.0\.1:\d+", f.read()).group(0)
        d.write(masc("north", "south", listen=listen))
        d.popen.send_signal(signal.SIGHUP)
        message = d.manager.hears("RELOADING=1")
        assert re.search(r"^MONOTONIC_USEC=\d+$", message, re.M), message
        d.manager.hears("READY=1")
        assert d.peers() == ["north", "south"], d.log()
        assert "is in force" in d.log()


@case
def a_bad_configuration_changes_nothing():
    bad = {
        "masc = { domain = 1; node = 1; peers = (\n{ name = \"a\"; role = \"boss\"; } ); };":
            "homestead.conf:2: role \"boss\" is not accepted",
        "masc = {\n domain = ;\n};": "homestead.conf:2: syntax error",
        "masc = { domain = 64512;\n node = 4294967297; };": "homestead.conf:2: a number beyond",
        "masc = { node = 1; };": "homestead.conf:1: masc: domain must be given",
        "@include \"none.conf\"\n": "homestead.conf:1: cannot include",
    }
    with daemon(conf=masc_on_free_port("north")) as d:
        d.start()
        for text, reason in bad.items():
            d.write(text)
            d.popen.send_signal(signal.SIGHUP)
            d.manager.hears("RELOADING=1")
            d.manager.hears("READY=1")
            assert reason in d.log(), d.log()
            assert d.peers() == ["north"]
        os.unlink(d.config)
        d.popen.send_signal(signal.SIGHUP)
        d.manager.hears("READY=1")
        assert "cannot read the configuration: No such file" in d.log(), d.log()
        assert d.log().count("nothing is changed") == len(bad) + 1
        assert d.peers() == ["north"]


@case
def the_api_reloads_and_says_why_not():
    with daemon(conf=masc_on_free_port("north")) as d:
        d.start()
        d.write("log = {\n levle = 1; };")
        for body in ({}, {"dry_run": True}):
            status, answer = d.call("POST", "/v1/reload", body)
            assert status >= 400, answer
            message = answer["error"]["message"]
            assert COMPLAINT.search(message) and "did you mean level?" in message, answer
        d.write(masc_on_free_port())
        status, answer = d.call("POST", "/v1/reload", {"dry_run": True})
        assert status == 200 and answer["done"] is False and d.peers() == ["north"], answer
        status, answer = d.call("POST", "/v1/reload", {})
        assert status == 200 and answer["done"] is True and d.peers() == [], answer


@case
def the_manager_hears_of_sessions():
    """Two daemons on addresses of their own, so that both can use the port."""
    def conf(mine, other, role):
        return ("pnrp = { enabled = false; };"
                "masc = { domain = %d; node = %d; profile = \"lab\"; "
                "listen = \"127.0.%d.%d\"; peers = ({ name = \"other\"; "
                "address = \"127.0.%d.%d\"; local_address = \"127.0.%d.%d\"; "
                "role = \"%s\"; domain = %d; } ); };"
                % (mine, mine, net, mine, net, other, net, mine, role, other))

    net = 1 + os.getpid() % 250
    with daemon(conf=conf(1, 2, "parent")) as a, daemon(conf=conf(2, 1, "child")) as b:
        a.start()
        b.start()
        a.manager.hears("STATUS=MASC: 1 of 1 sessions up")
        b.manager.hears("STATUS=MASC: 1 of 1 sessions up")
        assert b.stop() == 0, b.log()
        a.manager.hears("STATUS=MASC: 0 of 1 sessions up")
        assert "session with other is down: cease" in a.log(), a.log()
        assert a.stop() == 0, a.log()


def octets_below(top):
    """What all files below a folder hold, and their names."""
    for where, _, names in os.walk(top):
        for name in names:
            path = os.path.join(where, name)
            if stat.S_ISREG(os.stat(path).st_mode):
                with open(path, "rb") as f:
                    yield path, f.read()


@case
def a_key_stays_where_it_was():
    secret = "open-sesame-%d" % os.getpid()
    conf = masc_on_free_port("north").replace("passive", "md5_key_file = \"key\"; passive")
    with daemon("--log-level", "debug", conf=conf) as d:
        d.more += ["--record", os.path.join(d.top, "record")]
        key = os.path.join(d.top, "key")
        with open(key, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(secret + "\n")
        d.start()
        answers = [d.call("GET", path)[1] for path in (
            "/v1/status", "/v1/masc/peers", "/v1/masc/peers/north", "/v1/events/recent")]
        assert answers[2]["md5"] is True, answers[2]
        assert secret not in json.dumps(answers)
        printed = subprocess.run([DAEMON, "--print-config", "--config", d.config], text=True,
                                 capture_output=True, timeout=LIMIT)
        assert printed.returncode == 0 and "md5_key is set" in printed.stdout, printed
        assert secret not in printed.stdout + printed.stderr
        os.chmod(key, 0o644)
        status, answer = d.call("POST", "/v1/reload", {})
        assert status >= 400 and "chmod 0640" in answer["error"]["message"], answer
        assert d.stop() == 0, d.log()
        holders = [path for path, octets in octets_below(d.top) if secret.encode() in octets]
        assert holders == [key], holders


@case
def many_signals_end_with_the_newest_file():
    with daemon(conf=masc_on_free_port("north")) as d:
        d.start()
        for i in range(5):
            d.write(masc_on_free_port(*("p%d" % n for n in range(i + 1))))
            d.popen.send_signal(signal.SIGHUP)
        while len(d.peers()) < 5:
            d.manager.hears("READY=1")
        assert d.peers() == ["p0", "p1", "p2", "p3", "p4"], d.log()


@case
def a_stop_does_not_wait_for_a_reload():
    with daemon() as d:
        d.start()
        for number in (signal.SIGSTOP, signal.SIGHUP, signal.SIGTERM, signal.SIGCONT):
            d.popen.send_signal(number)
        assert d.popen.wait(LIMIT) == 0, d.log()


@case
def one_reload_at_a_time():
    with daemon(conf=masc_on_free_port("north")) as d:
        d.start()
        links = [d.connect(), d.connect()]
        for link in links:
            link.request("GET", "/v1/log")
            link.getresponse().read()
        # Both requests wait when it goes on; no check ends in between.
        d.popen.send_signal(signal.SIGSTOP)
        for link in links:
            link.request("POST", "/v1/reload", body="{}")
        d.popen.send_signal(signal.SIGCONT)
        answers = []
        for link in links:
            answer = link.getresponse()
            answers.append((answer.status, answer.read().decode()))
            link.close()
        good = [text for status, text in answers if status == 200]
        bad = [text for status, text in answers if status != 200]
        assert len(good) == 1 and len(bad) == 1, answers
        assert "a reload is under way; wait for its end" in bad[0], answers


@case
def who_waits_for_a_reload_is_answered_at_the_end():
    with daemon(conf=masc_on_free_port("north")) as d:
        d.start()
        link = d.connect()
        link.request("GET", "/v1/log")
        link.getresponse().read()
        d.popen.send_signal(signal.SIGSTOP)
        link.request("POST", "/v1/reload", body="{}")
        for number in (signal.SIGTERM, signal.SIGCONT):
            d.popen.send_signal(number)
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        assert d.popen.wait(LIMIT) == 0, d.log()
        # The check may have ended first.
        assert answer.status == 200 or json.loads(text)["error"]["code"] == "STOPPING", text


@case
def a_file_that_comes_later_is_found():
    with tree({}) as top:
        env = {"XDG_CONFIG_HOME": top, "HOME": top}
        with daemon(env=env) as d:
            d.args = d.args[2:]
            d.start()
            if d.call("GET", "/v1/status")[1]["config_path"]:
                skip("this machine has a configuration in /etc")
            d.popen.send_signal(signal.SIGHUP)
            d.manager.hears("READY=1")
            assert "the default configuration is in force" in d.log(), d.log()
            os.mkdir(os.path.join(top, "homestead"))
            path = os.path.join(top, "homestead", "homestead.conf")
            with open(path, "w", encoding="utf-8") as f:
                f.write(masc_on_free_port("north"))
            assert d.call("POST", "/v1/reload", {})[0] == 200
            assert d.peers() == ["north"]
            assert d.call("GET", "/v1/status")[1]["config_path"] == path


@case
def what_only_a_start_reads_is_told():
    with daemon(conf="daemon = { job_threads = 1; };") as d:
        d.start()
        d.write("daemon = { job_threads = 2; };")
        assert d.call("POST", "/v1/reload", {})[0] == 200
        assert "job_threads has changed and is read at start only" in d.log(), d.log()
        d.write("daemon = { job_threads = 2; stop_limit = \"1s\"; };")
        assert d.call("POST", "/v1/reload", {})[0] == 200
        assert d.log().count("job_threads has changed") == 1, d.log()


@case
def what_repeats_is_counted_and_told():
    with daemon(conf="pnrp = { enabled = false; }; "
                     "log = { burst = 1; interval = \"1s\"; };") as d:
        d.spawn(subprocess.PIPE)
        d.manager.hears("READY=1")
        for _ in range(3):
            assert d.call("PUT", "/v1/log", {"level": "info", "part": "net"})[0] == 200
        said = lines_until(d, "more like this were not logged")
        assert said.count("log level of net is now info") == 2, said
        assert "2 more like this were not logged: log level of net is now info held_back=2" in said
        assert d.stop() == 0


@case
def a_parser_that_dies_is_no_harm():
    """libconfig ends the process when it can not read what it opened."""
    with daemon(conf=masc_on_free_port("north")) as d:
        d.start()
        d.write("masc = { domain = 1; node = 1;" + "{" * 100000)
        status, answer = d.call("POST", "/v1/reload", {})
        assert status >= 400 and d.peers() == ["north"], answer


@case
def log_levels_change_while_running():
    with daemon() as d:
        d.start()
        status, answer = d.call("GET", "/v1/log")
        levels = {p["part"]: p["level"] for p in answer["parts"]}
        assert status == 200 and levels["masc"] == "info" and "store" in levels, answer
        status, answer = d.call("PUT", "/v1/log", {"level": "debug", "part": "masc"})
        assert status == 200, answer
        levels = {p["part"]: p["level"] for p in d.call("GET", "/v1/log")[1]["parts"]}
        assert levels["masc"] == "debug" and levels["node"] == "info", levels
        status, answer = d.call("PUT", "/v1/log", {"level": "error"})
        before = d.log()
        d.popen.send_signal(signal.SIGHUP)
        d.manager.hears("READY=1")
        levels = {p["part"]: p["level"] for p in d.call("GET", "/v1/log")[1]["parts"]}
        assert set(levels.values()) == {"info"}, levels
        assert "log level of masc is now debug" in before, before


@case
def every_line_of_a_json_log_is_json():
    with daemon("--log-format", "json", "--log-level", "debug", conf=masc_on_free_port("a")) as d:
        d.start()
        assert d.stop() == 0
        lines = [json.loads(line) for line in d.log().splitlines()]
        assert len(lines) >= 2, lines
        for line in lines:
            assert {"time", "level", "part", "message"} <= set(line), line


@case
def the_journal_gets_levels_and_no_times():
    with tree({}) as top, contextlib.closing(Daemon(top)) as d:
        open(d.log_path, "w", encoding="utf-8").close()
        st = os.stat(d.log_path)
        d.env["JOURNAL_STREAM"] = "%d:%d" % (st.st_dev, st.st_ino)
        d.start()
        assert d.stop() == 0
        for line in d.log().splitlines():
            assert re.match(r"<[3-7]>[a-z]+ \S", line), line


@case
def files_are_the_owners_alone():
    with daemon() as d:
        d.more = ["--record", os.path.join(d.top, "record")]
        d.start()
        assert d.stop() == 0, d.log()
        for path in [d.state, os.path.join(d.top, "record")] + [
                os.path.join(d.state, n) for n in os.listdir(d.state)]:
            assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 == 0, path
        assert os.path.getsize(os.path.join(d.top, "record")) > 8


@case
def a_second_daemon_on_the_state_is_told_who_holds_it():
    with daemon() as d:
        d.start()
        said = fails("--config", d.config, "--state", d.state, "--socket",
                     os.path.join(d.top, "other.sock"))
        assert str(d.popen.pid) in said and d.state in said, said
        assert d.call("GET", "/v1/status")[0] == 200


@case
def a_second_daemon_on_the_socket_is_told():
    with daemon() as d:
        d.start()
        said = fails("--config", d.config, "--state", os.path.join(d.top, "other"), "--socket",
                     d.socket)
        assert d.socket in said and "--socket" in said, said
        assert d.call("GET", "/v1/status")[0] == 200


@case
def a_crash_leaves_nothing_in_the_way():
    with daemon(conf=masc_on_free_port("a")) as d:
        d.start()
        d.popen.kill()
        d.popen.wait()
        assert os.path.exists(d.socket)
        d.start()
        assert d.peers() == ["a"]
        assert d.stop() == 0, d.log()


@case
def a_port_in_use_stops_the_part_and_not_the_daemon():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        with daemon(conf=masc("a", listen="127.0.0.1:%d" % port)) as d:
            d.start()
            assert "STATUS=MASC is stopped: its port is taken" in d.ready, d.ready
            status, answer = d.call("GET", "/v1/status")
            part = [p for p in answer["parts"] if p["name"] == "masc"][0]
            assert status == 200 and part["state"] == "stopped", answer
            assert "pid %d" % os.getpid() in d.log(), d.log()
            assert d.stop() == 0, d.log()


@case
def without_a_state_folder_it_names_the_option():
    env = {"PATH": os.environ["PATH"]}
    said = fails("--socket", "/nonexistent/x", env=env)
    assert "--state" in said, said


@case
def a_configuration_that_is_bad_at_start():
    with tree({"a.conf": "log = {\n level = \"loud\"; };"}) as top:
        said = fails("--config", os.path.join(top, "a.conf"), "--state", os.path.join(top, "s"))
        assert "a.conf:2: level \"loud\" is not accepted; accepted are error" in said, said
        said = fails("--config", os.path.join(top, "b.conf"), "--state", os.path.join(top, "s"))
        assert "b.conf: cannot read the configuration: No such file or directory" in said, said


@case
def paths_that_are_too_long():
    long = "/" + "x" * 5000
    with tree({}) as top:
        assert "too long" in fails("--config", long, "--check")
        said = fails("--config", long, "--state", top)
        assert "too long" in said and "--config" in said, said
        assert "--state" in fails("--state", long)
        assert "--socket" in fails("--state", top, "--socket", long)


@case
def places_that_cannot_be_written():
    with tree({"file": ""}) as top:
        inside = os.path.join(top, "file", "state")
        said = fails("--config", "/dev/null", "--state", inside)
        assert inside in said or os.path.join(top, "file") in said, said
        said = fails("--state", os.path.join(top, "s"), "--socket",
                     os.path.join(top, "none", "control.sock"))
        assert os.path.join(top, "none") in said, said


@case
def a_manager_that_is_not_there_is_no_obstacle():
    with daemon() as d:
        d.start()
        assert d.stop() == 0
        d.env["NOTIFY_SOCKET"] = "/nonexistent/notify"
        d.spawn(subprocess.PIPE)
        said = lines_until(d, " runs with ")
        assert "$NOTIFY_SOCKET names no socket" in said, said
        assert d.stop() == 0


if __name__ == "__main__":
    run()
