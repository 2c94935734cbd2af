"""What a browser holds between two requests: signed in by the real page, cookies and the token against forgery."""

import http.client
import re
import urllib.parse


class Browser:
    """One person at one server."""

    def __init__(self, port: int, name: str, password: str) -> None:
        self._port, self._cookies = port, dict[str, str]()
        self.csrf = self._token(self.get("/sign-in/"))
        self.post("/sign-in/", {"username": name, "password": password})
        self.csrf = self._token(self.get("/"))

    def get(self, path: str) -> str:
        return self._ask("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> str:
        return self._ask("POST", path, fields)

    def request(self, method: str, path: str, fields: dict[str, str] | None = None) -> bytes:
        """The bytes of a request that keeps its connection open."""
        body = urllib.parse.urlencode({**(fields or {}), "csrfmiddlewaretoken": self.csrf}).encode() if fields else b""
        head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {self._cookie()}", "Accept-Language: en"]
        if fields:
            head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join(head).encode() + b"\r\n\r\n" + body

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def _token(self, page: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        return found[1] if found else self.csrf

    def _ask(self, method: str, path: str, fields: dict[str, str] | None) -> str:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        heads = {"Cookie": self._cookie()}
        body = None
        if fields is not None:
            body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": self.csrf})
            heads["Content-Type"] = "application/x-www-form-urlencoded"
        line.request(method, path, body, heads)
        answer = line.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies[key] = rest.partition(";")[0]
        text = answer.read().decode()
        line.close()
        if answer.status in (301, 302, 303) and method == "GET":
            return self.get(answer.getheader("Location") or "/")
        return text
