"""The measurements of billing: webhooks, and logins meanwhile (B1)."""

import base64
import hashlib
import hmac
import http.client
import json
import math
import secrets
import threading
import time
import uuid

from harness import MANY, fail, ours, say

ROUTE = "/api/v1/billing/webhooks/polar"
COUNT, SECONDS, DEADLINE, SENDERS = 10_000, 60, 120, 8

# The password of all seeded users (Seed.cs).
PASSWORD = "a long benchmark password"


def webhooks(machine, table, known):
    secret, product = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(), str(uuid.uuid4())
    server = ours(
        machine, machine.both, POLAR_WEBHOOK_SECRET=secret, POLAR_PRODUCTS=f"{product}=pro", RATE_LIMITS=f"login={MANY},login_failures={MANY},webhooks={MANY}")
    users = machine.tool(machine.both, "webhooks", database=machine.databases["cortex"], users=COUNT // 2)["users"]
    logins = Logins(server, known)
    logins.run(10)
    idle = logins.run(SECONDS // 2)
    began, answers = time.monotonic(), []
    load = threading.Thread(target=lambda: answers.extend(send(server, secret, product, users)))
    load.start()
    busy = logins.run(SECONDS)
    load.join()
    while (left := machine.tool(machine.other, "webhooks", database=machine.databases["cortex"], users=0)["waiting"]) > 0:
        if time.monotonic() - began > 3 * DEADLINE:
            fail(f"{left:,} webhooks are still waiting.")
        time.sleep(0.5)
    took = time.monotonic() - began
    server.stop()
    count = f"{COUNT:,} webhooks over {SECONDS} seconds, two for each of {COUNT // 2:,} users"
    table.add("B1", f"{count}: until all are worked on", f"{SECONDS} s", f"{took:.0f} s", "", f"<= {DEADLINE} s", took <= DEADLINE)
    slow = 1000 * quantile(answers, 0.99)
    table.add("B1", "p99 of the time until a webhook is acknowledged", "", f"{slow:.0f} ms", "", "< 100 ms", slow < 100)
    table.times("B1", "p95 of a login meanwhile, against idle", [1000 * quantile(idle, 0.95)], [1000 * quantile(busy, 0.95)], 2, "ms")


def send(server, secret, product, users):
    """Sends the webhooks at a steady rate, and returns how long each one took to be acknowledged."""
    key, began, seconds, lock = base64.b64decode(secret.removeprefix("whsec_")), time.monotonic(), [], threading.Lock()
    queue = iter(range(COUNT))

    def work():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        while True:
            with lock:
                number = next(queue, None)
            if number is None:
                return
            time.sleep(max(0, began + number * SECONDS / COUNT - time.monotonic()))
            body = event(users[number % len(users)], number, product)
            name, sent = str(uuid.uuid4()), str(int(time.time()))
            signature = base64.b64encode(hmac.new(key, f"{name}.{sent}.".encode() + body, hashlib.sha256).digest()).decode()
            start = time.monotonic()
            connection.request("POST", ROUTE, body, {
                "Content-Type": "application/json", "webhook-id": name, "webhook-timestamp": sent, "webhook-signature": f"v1,{signature}"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 202:
                fail(f"A webhook was answered with {answer.status}.")
            seconds.append(time.monotonic() - start)

    threads = [threading.Thread(target=work) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(f"{len(seconds):,} webhooks were sent in {time.monotonic() - began:.0f} s")
    return seconds


def event(user, number, product):
    """Each user's first event begins a subscription, and the second one repeats its state."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{number % 1_000_000:06}Z"
    customer = {"id": f"customer {user}", "external_id": user, "email": "customer@example.com", "metadata": {}, "name": "A customer"}
    subscription = {
        "id": f"subscription {user}", "status": "active", "product_id": product, "customer_id": customer["id"], "cancel_at_period_end": False,
        "current_period_start": "2026-01-01T00:00:00Z", "current_period_end": "2099-01-01T00:00:00Z"}
    if number < COUNT // 2:
        return json.dumps({"type": "subscription.active", "timestamp": now, "data": {**subscription, "customer": customer}}).encode()
    return json.dumps({"type": "customer.state_changed", "timestamp": now, "data": {**customer, "active_subscriptions": [subscription]}}).encode()


class Logins:
    """Logs in about twice a second, one login after another."""

    def __init__(self, server, known):
        self.server, self.known = server, known

    def run(self, seconds):
        began, taken = time.monotonic(), []
        while time.monotonic() - began < seconds:
            credentials = {"email": self.known.line("users"), "password": PASSWORD}
            start = time.monotonic()
            status, body = self.server.request("POST", "/api/v1/auth/login", body=credentials)
            if status != 200:
                fail(f"A login failed with {status}: {body}")
            taken.append(time.monotonic() - start)
            time.sleep(max(0, 0.5 - taken[-1]))
        return taken


def quantile(values, share):
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1]
