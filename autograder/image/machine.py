"""What the build must know of this machine to reach a package index: pip's settings, the certificates.

An institute with an index or a proxy of its own needs both inside the build. They go into the
build's first stage only, and never into the image.
"""

from __future__ import annotations

import ast
import os
import ssl
import subprocess
import sys
from pathlib import Path

_CARRIED = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries")
_SECTIONS = ("global", "install", ":env:")  # the later one wins
_INDEXES = ("index-url", "extra-index-url")


def machine_files() -> dict[str, bytes]:
    """The files of the context's machine/ folder: `pip.conf`, and `ca.pem` where this machine has a bundle.

    Indexes in local folders are left out: the build cannot see them.
    """
    options = _pip_options()
    bundle = _certificates(options.get("cert"))
    lines = ["[global]", *(_lines(options))]
    files = {}
    if bundle:
        lines.append("cert = /machine/ca.pem")
        files["machine/ca.pem"] = bundle.read_bytes()
    files["machine/pip.conf"] = "".join(f"{line}\n" for line in lines).encode()
    return files


def _pip_options() -> dict[str, str]:
    """pip's own view of its settings; the environment wins over `install`, and that over `global`."""
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    sections: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for line in listing.stdout.splitlines():
        key, separator, value = line.partition("=")
        section, _, option = key.rpartition(".")
        if separator and section in sections:
            sections[section][option.replace("_", "-")] = str(ast.literal_eval(value))
    return {option: value for section in _SECTIONS for option, value in sections[section].items()}


def _lines(options: dict[str, str]) -> list[str]:
    lines = []
    for option in _CARRIED:
        values = options.get(option, "").split()
        if option in _INDEXES:
            values = [value for value in values if value.startswith(("http://", "https://"))]
        if values:
            lines.append(f"{option.removeprefix('default-')} = {' '.join(values)}")
    return lines


def _certificates(configured: str | None) -> Path | None:
    candidates = (
        configured,
        os.environ.get("SSL_CERT_FILE"),
        os.environ.get("REQUESTS_CA_BUNDLE"),
        ssl.get_default_verify_paths().cafile,
        "/etc/ssl/certs/ca-certificates.crt",
    )
    return next((Path(path) for path in candidates if path and Path(path).is_file()), None)
