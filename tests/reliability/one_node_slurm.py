"""A Slurm of one node on this machine, for the length of a test."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "scontrol")

# Where Slurm's programs look: SLURM_CONF does not reach the programs that a job calls.
_CONFIGURATION = Path("/etc/slurm/slurm.conf")
_DEVICES = _CONFIGURATION.with_name("gres.conf")

# The node says that it has cores and GPUs that nobody looks for: jobs ask for them.
_SETTINGS = """
ClusterName=tiny
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
MinJobAge=600
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=16 RealMemory=32000 Gres=gpu:2
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def why_not() -> str:
    """Return why no Slurm can be started here; empty where one can."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=_search_path()) is None]
    if missing:
        return f"Slurm is not installed (no {', '.join(missing)}): Debian has it as slurm-wlm"
    if _CONFIGURATION.exists() or _DEVICES.exists():
        return "this machine has a Slurm of its own"
    return "" if os.geteuid() == 0 else "only root can start Slurm and munge"


def _search_path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def call(*command: str) -> str:
    """Run one of Slurm's programs; return what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


@contextmanager
def slurm(folder: Path) -> Iterator[None]:
    """Start a node and its controller; end both, and all jobs."""
    host = socket.gethostname().partition(".")[0]
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    ports = [_free_port(), _free_port()]
    settings = _SETTINGS.format(host=host, folder=folder, ports=ports)
    _CONFIGURATION.write_text(settings)
    devices = [f"NodeName={host} Name=gpu File={file}\n" for file in ("/dev/null", "/dev/zero")]
    _DEVICES.write_text("".join(devices))
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    programs = {name: str(shutil.which(name, path=_search_path())) for name in PROGRAMS}
    munge = [f"--socket={folder}/munge.socket"]
    munge += [f"--{name}-file={folder}/munge.{name}" for name in ("key", "pid", "log", "seed")]
    started = []
    try:
        for command in (
            [programs["munged"], "--foreground", "--force", *munge],
            [programs["slurmctld"], "-D", "-i"],
            [programs["slurmd"], "-D", "-N", host],
        ):
            with (folder / "log").open("a") as log:
                started.append(subprocess.Popen(command, stdout=log, stderr=log))
            time.sleep(1)
        deadline = time.monotonic() + 60
        state = ["sinfo", "--noheader", "--format=%T"]
        while "idle" not in subprocess.run(state, capture_output=True, text=True).stdout:
            assert time.monotonic() < deadline, _logs(folder)
            time.sleep(0.5)
        yield
    finally:
        subprocess.run(["scancel", "--full", "--user=root"], capture_output=True)
        time.sleep(1)
        for process in reversed(started):
            process.terminate()
            process.wait(timeout=30)
        _CONFIGURATION.unlink()
        _DEVICES.unlink()


def _logs(folder: Path) -> str:
    return "\n".join(path.read_text()[-3000:] for path in sorted(folder.glob("*log")))
