"""What a result was measured on."""

import datetime
import os
import platform
import re
import subprocess


def first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return None


def describe(repository):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.+)", file.read())
    with open("/proc/meminfo", encoding="utf-8") as file:
        kilobytes = int(re.search(r"MemTotal:\s+(\d+)", file.read()).group(1))
    with open("/etc/os-release", encoding="utf-8") as file:
        system = re.search(r'PRETTY_NAME="(.+)"', file.read())
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ"),
        "cpu": model.group(1) if model else platform.machine(),
        "cores": os.cpu_count(),
        "memoryGiB": round(kilobytes / 1048576, 1),
        "system": system.group(1) if system else platform.system(),
        "kernel": platform.release(),
        "loadAverage": round(os.getloadavg()[0], 2),
        "swift": first_line(["swift", "--version"]),
        "openssl": first_line(["openssl", "version"]),
        "nghttp2": first_line(["nghttpd", "--version"]),
        "commit": first_line(["git", "-C", repository, "describe", "--always", "--dirty"]),
    }
