"""fronts - nginx as the entrance, and nginx as the thing to compare with.

The entrance is deploy/nginx.conf with other ports and nothing else changed; a text that does not
have what is to be replaced is an error. The limit is what no node could beat: the same entrance
in front of four nginx servers, each a process with one worker, that answer `return 200` with the
very bytes and headers of a real sold-out answer and write no log. Those servers run under the
kernel's usual policy; BENCH_LIMIT_BATCH=1 gives them the nodes' own, SCHED_BATCH.
"""
import json
import os
import re
import socket
import urllib.error
import urllib.request

from child import Child

SERVER = re.compile(r"(\bserver\s+127\.0\.0\.1:)(\d+)(\s+weight=)")
LISTEN = re.compile(r"(\blisten\s+)[\d.]+:\d+")
LIMIT_BATCH = os.environ.get("BENCH_LIMIT_BATCH") == "1"
OWN_HEADERS = {"date", "server", "connection", "keep-alive", "content-length", "content-type"}

CONSTANT = """# Written by bench/fronts.py: an nginx that answers everything with the same bytes.
worker_processes 1;
master_process off;
daemon off;
pid nginx.pid;
error_log stderr warn;
worker_rlimit_nofile 20000;
events {{ worker_connections 16384; multi_accept on; }}
http {{
    access_log off;
    server_tokens off;
    keepalive_requests 100000000;
    keepalive_time 24h;
    keepalive_timeout 75s;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    default_type "{kind}";
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
{headers}            return 200 '{body}';
        }}
    }}
}}
"""


def rendered(text, listen, ports):
    """deploy/nginx.conf with its listen port and its four upstream ports replaced, in order."""
    wanted = iter(ports)
    text, servers = SERVER.subn(lambda found: f"{found[1]}{next(wanted)}{found[3]}", text)
    text, listens = LISTEN.subn(rf"\g<1>127.0.0.1:{listen}", text)
    if servers != len(ports) or listens != 1:
        raise ValueError(f"deploy/nginx.conf: {servers} upstream servers, {listens} listen lines")
    return text


def shielded(text):
    """A rendered configuration with the shield up."""
    text, places = re.subn(r'"GET " off;', '"GET " shield;', text)
    if places != 1:
        raise ValueError("deploy/nginx.conf: no place for the shield")
    return text


def weights(text):
    """The weights of the four upstream servers, in order."""
    return [int(weight) for weight in re.findall(r"server\s+127\.0\.0\.1:\d+\s+weight=(\d+)", text)]


def upstream_ports(text):
    """The ports of the four upstream servers, in order."""
    return [int(found[1]) for found in SERVER.findall(text)]


def status(port, path):
    """The HTTP status of a GET; 0 when there is no answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def stock(port, item):
    """What GET /stock/<item> says, as a dict; None when there is none."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/stock/{item}", timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return None


def raw_answer(port, path="/buy/ticket"):
    """(headers as a list of pairs, body) of one request to a node."""
    request = f"GET {path} HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(request.encode())
        data = b"".join(iter(lambda: link.recv(65536), b""))
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")[1:]
    return [tuple(part.strip() for part in line.split(":", 1)) for line in lines], body.decode()


def constant(port, headers, body):
    """The configuration of an nginx that answers like a node would, from a constant."""
    kind = next(value for name, value in headers if name.lower() == "content-type")
    others = [(name, value) for name, value in headers if name.lower() not in OWN_HEADERS]
    if "$" in body:
        raise ValueError("nginx would read $ as a variable")
    quoted = body.replace("\\", "\\\\").replace("'", "\\'")
    added = "".join(f'            add_header {name} "{value}";\n' for name, value in others)
    return CONSTANT.format(kind=kind, port=port, headers=added, body=quoted)


def start(name, folder, text, port, master=True):
    """Runs nginx on the text in a folder of its own, until it listens on the port."""
    os.makedirs(folder)
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w", encoding="utf-8") as conf:
        conf.write(text)
    argv = ["nginx", "-p", folder, "-c", path, "-e", "stderr"]
    if not master and LIMIT_BATCH:
        argv = ["chrt", "--batch", "0"] + argv
    if master:
        argv += ["-g", "daemon off;" + (" user root;" if os.getuid() == 0 else "")]
    return Child(name, argv, os.path.join(folder, "log"), port).wait_listening()
