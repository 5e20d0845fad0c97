"""The server's settings: never less than durable, sized for the machine's memory."""

from __future__ import annotations

import sys
from pathlib import Path

MEGABYTE = 1024 * 1024
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def memory_bytes() -> int:
    """Return the memory this process may count on: the machine's, or less where a container limits it."""
    total = 1024 * MEGABYTE
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemTotal:"):
            total = int(line.split()[1]) * 1024
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.is_file():
        text = limit.read_text(encoding="ascii").strip()
        if text.isdecimal():
            total = min(total, int(text))
    return total


def recovery_settings(platform: str = sys.platform) -> dict[str, str]:
    """Return how files are made safe before a crash is recovered: by one call for the whole disk, on Linux.

    The other way opens each file of every database, which takes most of the time of a restart.
    """
    return {"recovery_init_sync_method": "syncfs"} if platform == "linux" else {}


def server_settings(*, memory: int, socket_folder: Path, has_lz4: bool) -> dict[str, str]:
    """Return ``postgresql.conf`` settings for a machine of this much memory.

    Pages written whole to the log after a checkpoint are packed by LZ4 or not at all: PostgreSQL's own way,
    which ``on`` means, takes longer for one page of an index than all the rest of a purchase.
    """

    def share(divisor: int, least: int, most: int) -> str:
        return f"{min(max(memory // divisor // MEGABYTE, least), most)}MB"

    return (
        DURABLE
        | recovery_settings()
        | {
            "listen_addresses": "",
            "unix_socket_directories": str(socket_folder),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": share(8, 64, 4096),
            "effective_cache_size": share(2, 128, 65536),
            "maintenance_work_mem": share(32, 32, 1024),
            "work_mem": share(512, 4, 64),
            "wal_buffers": "16MB",
            "wal_compression": "lz4" if has_lz4 else "off",
            "min_wal_size": "256MB",
            "max_wal_size": share(6, 512, 4096),
            "checkpoint_timeout": "15min",
            "checkpoint_completion_target": "0.9",
            "random_page_cost": "1.1",
            "jit": "off",
            "autovacuum_vacuum_scale_factor": "0.05",
            "autovacuum_analyze_scale_factor": "0.02",
            "autovacuum_vacuum_insert_scale_factor": "0.05",
            "max_locks_per_transaction": "128",
            "log_min_messages": "warning",
            "log_line_prefix": "%m [%p] ",
            "log_lock_waits": "on",
            "log_timezone": "UTC",
            "timezone": "UTC",
            "lc_messages": "C",
        }
    )


def written(settings: dict[str, str]) -> str:
    """Return the settings as the text of a configuration file."""
    lines = (f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items())
    heading = "# Written by Bashgah at each start; yours belong in postgresql.conf below the include."
    return "\n".join([heading, *lines, ""])
