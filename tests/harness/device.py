"""device - a device that logs in as RFC 8628 says, and the person beside it.

    device = Device(cluster)
    device.begin()
    device.confirm(bearer(token))
    token = device.token().json["access_token"]
"""
from urllib.parse import urlencode

from harness import web

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Device:
    """One device of a cluster; `via` is "nginx" or a node, in each verb."""

    def __init__(self, cluster):
        self.cluster, self.codes = cluster, {}

    def post(self, what, words, via="nginx", headers=None):
        """A form to /device/{what}."""
        body = urlencode(words).encode()
        return self.cluster.ask(web.request(f"/device/{what}", "POST",
                                            {**FORM, **(headers or {})}, body), via)

    def begin(self, via="nginx"):
        """Asks for codes."""
        answer = self.post("code", {"client_id": "penstock-buyer"}, via)
        self.codes = answer.json if answer.status == 200 else {}
        return answer

    def token(self, via="nginx", **changed):
        """Asks whether it has a token by now."""
        return self.post("token", {"grant_type": GRANT, "client_id": "penstock-buyer",
                                   "device_code": self.codes.get("device_code", ""), **changed},
                         via)

    def confirm(self, headers=None, allow=True, via="nginx", code=None, **words):
        """A person says yes or no, in JSON as the page does; `user` is a trial's name."""
        body = {"user_code": self.codes["user_code"] if code is None else code, "allow": allow,
                **words}
        return self.cluster.ask(web.request("/device/confirm", "POST", headers, body), via)
