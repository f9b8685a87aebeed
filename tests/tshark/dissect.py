"""What tshark makes of a capture with our dissector (packaging/wireshark)."""

import os
import shutil
import subprocess
import tempfile

DEPS = os.path.abspath("build-deps")
TSHARK = os.path.join(DEPS, "usr/bin/tshark")
DISSECTOR = os.path.abspath("packaging/wireshark/homestead-graph.lua")


def data_folder(home):
    """tshark's data, with init.lua where it was unpacked: without it no script is read."""
    data = os.path.join(home, "data")
    os.mkdir(data)
    shared = os.path.join(DEPS, "usr/share/wireshark")
    for name in os.listdir(shared):
        if name != "init.lua":
            os.symlink(os.path.join(shared, name), os.path.join(data, name))
    os.symlink(os.path.join(DEPS, "etc/wireshark/init.lua"), os.path.join(data, "init.lua"))
    return data


def somebody():
    """tshark reads no script for root: then it runs as nobody."""
    return {} if os.geteuid() else {"user": 65534, "group": 65534, "extra_groups": []}


def tshark(octets, *args):
    libraries = ":".join(os.path.join(DEPS, d, "x86_64-linux-gnu") for d in ("usr/lib", "lib"))
    with tempfile.TemporaryDirectory() as home:
        capture = os.path.join(home, "capture.pcapng")
        script = shutil.copy(DISSECTOR, home)
        with open(capture, "wb") as f:
            f.write(octets)
        os.chmod(home, 0o755)
        done = subprocess.run(
            [TSHARK, "-n", "-X", "lua_script:" + script, "-r", capture, *args],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
            **somebody(),
            env={"LD_LIBRARY_PATH": libraries, "HOME": home, "PATH": "/usr/bin:/bin",
                 "LC_ALL": "C.UTF-8", "WIRESHARK_DATA_DIR": data_folder(home)})
    assert done.returncode == 0, done.stderr
    assert "Lua" not in done.stderr, done.stderr
    return done.stdout
