#!/usr/bin/env python3
"""Mail to a server that others wrote: aiosmtpd, with STARTTLS and a login.

Usage: smtp.py COMMAND...

Runs the command with CODE_ASSIST_SMTP_PORT and CODE_ASSIST_SMTP_CA set, and looks at what
the server took. Needs aiosmtpd and the openssl command.
"""

import os
import socket
import ssl
import subprocess
import sys
import tempfile
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

LETTERS = []


class Handler:
    async def handle_DATA(self, server, session, envelope):
        LETTERS.append((session.ssl is not None, session.authenticated, envelope))
        return "250 taken"


def known(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"ada", b"s3cret"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def certificate(folder):
    key, cert = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", key, "-out", cert,
         "-subj", "/CN=test", "-addext", "subjectAltName=DNS:mail.example.org",
         "-addext", "basicConstraints=critical,CA:FALSE"],
        check=True, stderr=subprocess.DEVNULL,
    )
    return key, cert


def main():
    with tempfile.TemporaryDirectory() as folder:
        key, cert = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server = Controller(
            Handler(), hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True,
            authenticator=known, auth_required=True,
        )
        server.start()
        environment = dict(os.environ, CODE_ASSIST_SMTP_PORT=str(server.port), CODE_ASSIST_SMTP_CA=cert)
        status = subprocess.run(sys.argv[1:], env=environment).returncode
        server.stop()
    if status:
        sys.exit(status)
    assert len(LETTERS) == 1, LETTERS
    encrypted, authenticated, envelope = LETTERS[0]
    letter = message_from_bytes(envelope.content, policy=policy.default)
    assert encrypted and authenticated, (encrypted, authenticated)
    assert envelope.rcpt_tos == ["ada@example.org", "bob@example.org"], envelope.rcpt_tos
    assert letter["Bcc"] is None and letter["X-Code-Assist-Run"] == "0199aa3c", letter.as_string()
    assert letter["Subject"] == "[code-assist] Größe: done", letter["Subject"]
    body = letter.get_content().replace("\r\n", "\n")
    assert body.startswith("Größe: done\n.\n..\nBcc: evil@example.org\n"), body
    print("aiosmtpd took the letter:", letter["Message-ID"])


main()
