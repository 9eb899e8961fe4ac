#!/usr/bin/env python3
"""Checks every #include of src/ against the arrows of docs/architecture.md section 4.

Each folder may include only the folders that ALLOWED lists for it, and the third-party headers that no BANNED
entry forbids. An include that is not allowed fails, and so does a permission that nobody uses any more.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# folder -> folders it may include. A permission that is not used is an error: take it out.
ALLOWED = {
    "base": set(),
    "config": {"base", "core"},
    "core": {"base", "crypto"},
    "crypto": {"base"},
    "wire": set(),
    "store": {"base"},
    "sandbox": {"base"},
    "net": {"base", "sandbox"},
    "engine": {"base", "config", "core", "net", "sandbox", "store", "wire"},
    "gateway": {"base", "config", "core", "engine", "net", "store"},
    "mesh": {"base", "config", "core", "crypto", "sandbox", "wire"},
    "supervisor": {"base", "config", "sandbox", "wire"},
    "house": {"base", "config", "core", "engine", "gateway", "net", "sandbox", "store", "wire"},
    "cli": {"base", "config"},
    "sim": {"base", "core", "crypto"},
}

# (folder, pattern of a third-party header, reason)
BANNED = [
    ("base", r"boost/", "base stands below every library but expected and spdlog"),
    ("core", r"boost/|sys/|unistd|thread|chrono|random|fstream|filesystem|nlohmann|curl|openssl",
     "core decides only: no sockets, files, threads, clocks, randomness"),
    ("core", r"unordered_", "iteration order must not depend on the library: core is simulated"),
    ("sim", r"boost/|sys/|unistd|thread|chrono|<?random$|unordered_|filesystem|curl|openssl",
     "the same seed gives the same run everywhere: no clocks, threads, libraries' distributions"),
    ("crypto", r"boost/|nlohmann|curl|SQLiteCpp|sys/", "keys and hashes only: the gate's audited part stands on it"),
    ("sandbox", r"boost/|nlohmann|curl|openssl", "the walls stay small enough to audit"),
    ("supervisor", r"boost/|nlohmann|curl|openssl|SQLiteCpp", "the supervisor parses nothing from a network"),
    ("store", r"boost/", "the store is synchronous"),
    ("gateway", r"sys/socket|netinet|curl|SQLiteCpp", "sockets belong to net, SQL to store"),
    ("engine", r"curl|SQLiteCpp", "downloads belong to the fetcher, SQL to store"),
    ("house", r"curl", "the house has no way to the network; downloads belong to the fetcher"),
    ("mesh", r"SQLiteCpp|boost/", "the fetcher holds no data of the home"),
    ("cli", r"SQLiteCpp|curl", "the command line talks to the house only"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def main() -> int:
    problems, used = [], {folder: set() for folder in ALLOWED}
    for path in sorted((ROOT / "src").rglob("*.[ch]pp")):
        relative = path.relative_to(ROOT)
        folder = relative.parts[1]
        if folder not in ALLOWED:
            problems.append(f"{relative}: folder src/{folder} is not in the table; add it with its arrows")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            header = match.group(2)
            target = header.split("/")[0]
            if match.group(1) == '"' and target in ALLOWED and target != folder:
                used[folder].add(target)
                if target not in ALLOWED[folder]:
                    problems.append(f"{relative}:{number}: {folder} may not use {target}")
            if path.stem.endswith("_test"):
                continue
            for where, pattern, reason in BANNED:
                if where == folder and re.match(pattern, header):
                    problems.append(f"{relative}:{number}: {header} is banned in {folder}: {reason}")
    for folder, targets in ALLOWED.items():
        for target in sorted(targets - used[folder]):
            problems.append(f"tools/include_graph.py: {folder} no longer uses {target}; remove the permission")
    print("\n".join(problems) if problems else "include graph: fine")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
