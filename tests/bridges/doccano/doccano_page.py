"""An annotator at the real server's page: the requests that doccano's own page sends."""

import httpx


def log_in(url, user, password):
    """The cookies of a browser that logged in; as logging in is slow, a test keeps them."""
    with httpx.Client(base_url=url, trust_env=False, timeout=120) as http:
        answer = http.post("/v1/auth/login/", json={"username": user, "password": password})
        assert answer.is_success, answer.text[:500]
        return http.cookies


class Annotator:
    """One account in the project of a name; marks are (start, end, type) in UTF-16 units."""

    def __init__(self, url, cookies, name):
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=120, cookies=cookies)
        self._http.headers["X-CSRFToken"] = cookies["csrftoken"]
        self._http.headers["Referer"] = url
        projects = self._http.get("/v1/projects", params={"limit": 1000}).json()["results"]
        (number,) = [project["id"] for project in projects if project["name"] == name]
        self._project = f"/v1/projects/{number}"

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._http.close()

    def examples(self):
        """External id (or None) to number."""
        answer = self._get("/examples", limit=1000)
        return {e["meta"].get("meta", {}).get("external_id"): e for e in answer["results"]}

    def number(self, name):
        return self.examples()[name]["id"]

    def spans(self, name):
        """This account's own marks as {(start, end, type): number}, as its page shows them."""
        types = {kind["id"]: kind["text"] for kind in self._get("/span-types")}
        found = self._get(f"/examples/{self.number(name)}/spans")
        return {(s["start_offset"], s["end_offset"], types[s["label"]]): s["id"] for s in found}

    def relations(self, name):
        return self._get(f"/examples/{self.number(name)}/relations")

    def mark(self, name, start, end, kind):
        types = {each["text"]: each["id"] for each in self._get("/span-types")}
        place = {"start_offset": start, "end_offset": end, "label": types[kind]}
        return self._post(f"/examples/{self.number(name)}/spans", **place)["id"]

    def relate(self, name, head, tail, kind):
        types = {each["text"]: each["id"] for each in self._get("/relation-types")}
        ends = {"from_id": head, "to_id": tail, "type": types[kind]}
        return self._post(f"/examples/{self.number(name)}/relations", **ends)["id"]

    def unmark(self, name, number):
        self._delete(f"/examples/{self.number(name)}/spans/{number}")

    def finish(self, *names):
        known = self.examples()
        for name in names:
            self._post(f"/examples/{known[name]['id']}/states")

    def edit(self, name, text):
        path = f"{self._project}/examples/{self.number(name)}"
        self._send("PATCH", path, text=text)

    def delete(self, name):
        self._delete(f"/examples/{self.number(name)}")

    def add_type(self, kind):
        fields = {"text": kind, "background_color": "#123456", "text_color": "#ffffff"}
        self._post("/span-types", **fields)

    def types(self):
        return {kind["text"] for kind in self._get("/span-types")}

    def remove_member(self, user):
        members = {m["username"]: m["id"] for m in self._get("/members")}
        self._send("DELETE", f"{self._project}/members", ids=[members[user]])

    def create_project(self, **settings):
        resource = {"resourcetype": "SequenceLabelingProject", "tags": []}
        kind = {"project_type": "SequenceLabeling", "guideline": "", "description": "x"}
        return self._send("POST", "/v1/projects", **resource, **kind, **settings).json()["id"]

    def _get(self, path, **params):
        answer = self._http.get(self._project + path, params=params)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path, **fields):
        return self._send("POST", self._project + path, **fields).json()

    def _delete(self, path):
        self._send("DELETE", self._project + path)

    def _send(self, method, path, **fields):
        answer = self._http.request(method, path, json=fields)
        assert answer.is_success, (answer.status_code, answer.text[:500])
        return answer
