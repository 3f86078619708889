"""A small forge for the story: a Git repository over smart HTTP, and as much of Gitea's API as a pull request takes.

Usage: forge.py serve FOLDER | open URL BRANCH | approve URL | show URL | comment URL plan|apply

`serve` prints the address. What the API doesn't know is refused, and so is every call without the token. Source of the
calls: https://docs.gitea.com/api/ (version 1.22).
"""

import base64
import gzip
import http.server
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request

TOKEN = "story-token"
REPOSITORY = "acme/infra"
PAGE = 2


class World:
    def __init__(self, folder):
        self.folder = folder
        self.pulls, self.reviews, self.comments, self.issues, self.statuses = [], [], [], [], {}

    def git(self, *arguments):
        done = subprocess.run(
            ["git", "-C", f"{self.folder}/{REPOSITORY}.git", *arguments], capture_output=True, text=True
        )
        return done.stdout if done.returncode == 0 else None

    def number(self):
        return len(self.pulls) + len(self.issues) + 1


def person(name):
    return {"id": sum(map(ord, name)), "login": name}


def pull(world, one):
    head = world.git("rev-parse", one["branch"]).strip()
    base = world.git("rev-parse", "main").strip()
    return {
        "number": one["number"],
        "title": one["title"],
        "html_url": f"http://forge/{REPOSITORY}/pulls/{one['number']}",
        "state": "open",
        "draft": False,
        "merged": False,
        "mergeable": True,
        "labels": [],
        "user": person("ann"),
        "head": {"ref": one["branch"], "sha": head, "repo": {"full_name": REPOSITORY}},
        "base": {"ref": "main", "sha": base, "repo": {"full_name": REPOSITORY}},
    }


class Refused(Exception):
    pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world = None

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("transfer-encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def reply(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def serve(self):
        path, _, query = self.path.partition("?")
        body = self.body()
        if path.startswith(f"/{REPOSITORY}.git/"):
            return self.serve_git(path, query, body)
        if path.startswith("/desk/"):
            return self.reply(200, json.dumps(self.desk(path[len("/desk/"):], json.loads(body or b"null"))).encode())
        if self.headers.get("authorization") != f"token {TOKEN}":
            return self.reply(401, b'{"message": "invalid username, password or token"}')
        parts = [urllib.parse.unquote(part) for part in path.split("/")[1:]]
        try:
            status, answer, headers = self.answer(parts, dict(urllib.parse.parse_qsl(query)), json.loads(body or b"null"))
        except Refused as refused:
            status, answer, headers = 422, {"message": str(refused)}, []
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.reply(status, body, headers)

    do_GET = do_POST = do_PATCH = serve

    def serve_git(self, path, query, body):
        user = None
        if (said := self.headers.get("authorization") or "").startswith("Basic "):
            user, _, word = base64.b64decode(said[6:]).decode().partition(":")
            user = user if word == TOKEN else None
        if user is None:
            return self.reply(401, b"", [("www-authenticate", 'Basic realm="forge"')])
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": self.world.folder,
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("git-protocol") or "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("content-type") or "",
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_USER": user,
        }
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=environment)
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n") if ": " in line]
        status = [text for name, text in headers if name == "Status"]
        self.reply(
            int(status[0].split()[0]) if status else 200, rest, [one for one in headers if one[0] != "Status"]
        )

    def page(self, parameters, found):
        number = int(parameters.get("page", "1"))
        shown = found[(number - 1) * PAGE : number * PAGE]
        headers = []
        if len(found) > number * PAGE:
            path = self.path.partition("?")[0]
            more = urllib.parse.urlencode({**parameters, "page": number + 1})
            headers = [("link", f'<http://{self.headers["host"]}{path}?{more}>; rel="next"')]
        return 200, shown, headers

    def answer(self, parts, parameters, sent):
        world = self.world
        if parts == ["api", "v1", "user"]:
            return 200, person("robot"), []
        if parts[:5] != ["api", "v1", "repos", *REPOSITORY.split("/")]:
            return 404, {"message": "not found"}, []
        call = (self.command, *parts[5:])
        match call:
            case ("GET",):
                return 200, {"full_name": REPOSITORY, "default_branch": "main"}, []
            case ("GET", "pulls", number):
                found = [one for one in world.pulls if one["number"] == int(number)]
                return (200, pull(world, found[0]), []) if found else (404, {"message": "not found"}, [])
            case ("GET", "pulls", _, "reviews"):
                return self.page(parameters, world.reviews)
            case ("GET", "pulls", _, "commits"):
                return self.page(parameters, [])
            case ("GET", "branches", *name):
                found = world.git("rev-parse", f"refs/heads/{'/'.join(name)}")
                if found is None:
                    return 404, {"message": "not found"}, []
                return 200, {"name": "/".join(name), "commit": {"id": found.strip()}}, []
            case ("GET", "issues", number, "comments"):
                return 200, [one for one in world.comments if one["on"] == int(number)], []
            case ("POST", "issues", number, "comments"):
                self.only(sent, {"body"})
                comment = {"id": 100 + len(world.comments), "on": int(number), "user": person("robot"), **sent}
                world.comments.append(comment)
                return 201, comment, []
            case ("PATCH", "issues", "comments", identity):
                self.only(sent, {"body"})
                [comment] = [one for one in world.comments if one["id"] == int(identity)]
                comment.update(sent)
                return 200, comment, []
            case ("POST", "statuses", commit):
                self.only(sent, {"state", "context", "description", "target_url"})
                if not re.fullmatch("[0-9a-f]{40}", commit):
                    raise Refused("no commit")
                world.statuses[sent["context"]] = [commit, sent["state"]]
                return 201, sent, []
            case ("GET", "raw", *path):
                text = world.git("show", f"{parameters['ref']}:{'/'.join(path)}")
                return (200, text.encode(), []) if text is not None else (404, {"message": "not found"}, [])
            case ("GET", "issues"):
                return self.page(parameters, world.issues)
            case ("POST", "issues"):
                self.only(sent, {"title", "body"})
                number = world.number()
                issue = {"number": number, "state": "open", "user": person("robot"), **sent}
                issue["html_url"] = f"http://forge/{REPOSITORY}/issues/{number}"
                world.issues.append(issue)
                return 201, issue, []
            case ("PATCH", "issues", number):
                self.only(sent, {"title", "body", "state"})
                [issue] = [one for one in world.issues if one["number"] == int(number)]
                issue.update(sent)
                return 201, issue, []
        return 404, {"message": f"no call {call}"}, []

    def only(self, sent, known):
        if set(sent) - known:
            raise Refused(f"unknown fields {set(sent) - known}")

    def desk(self, what, sent):
        """What people do, and what they see."""
        world = self.world
        if what == "open":
            world.pulls.append({"number": world.number(), "branch": sent, "title": "A change"})
        elif what == "approve":
            head = pull(world, world.pulls[0])["head"]["sha"]
            world.reviews.append({"user": person("bob"), "state": "APPROVED", "commit_id": head, "official": True})
        return {"comments": world.comments, "issues": world.issues, "statuses": world.statuses}


def main():
    if sys.argv[1] == "serve":
        Handler.world = World(sys.argv[2])
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
    sent = json.dumps(sys.argv[3] if len(sys.argv) > 3 else None).encode()
    with urllib.request.urlopen(f"{sys.argv[2]}/desk/{sys.argv[1]}", data=sent) as answer:
        seen = json.load(answer)
    if sys.argv[1] != "comment":
        return print(json.dumps(seen, indent=2))
    # Each of them is one comment on the pull request, which is edited.
    mark = f"<!-- trueup:{sys.argv[3]}"
    [comment] = [one for one in seen["comments"] if one["on"] == 1 and one["body"].startswith(mark)]
    print(comment["body"])


if __name__ == "__main__":
    main()
