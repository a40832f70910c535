// Signs and verifies with Standard Webhooks' own library. Input: [{secret, id, timestamp (seconds), body (base64), signature (optional)}].
// Output: [{signature, verified}], one for each; `verified` says whether the library accepts the signature that was given.
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

const clock = Date.now;
const results = [];
for (const { secret, id, timestamp, body, signature } of JSON.parse(await text(process.stdin))) {
  const webhook = new Webhook(secret);
  const payload = Buffer.from(body, "base64").toString("utf8");
  const headers = { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": signature ?? "" };
  Date.now = () => timestamp * 1000;
  let verified = false;
  try {
    webhook.verify(payload, headers);
    verified = true;
  } catch {
    // Not accepted.
  }

  Date.now = clock;
  results.push({ signature: webhook.sign(id, new Date(timestamp * 1000), payload), verified });
}

process.stdout.write(JSON.stringify(results));
