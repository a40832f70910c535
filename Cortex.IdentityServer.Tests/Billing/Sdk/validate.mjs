// Validates webhooks with Polar's SDK. Input: [{body (base64), headers, secret, now (seconds, optional)}].
// Output: [{type} or {error, message}], one for each webhook.
import { text } from "node:stream/consumers";
import { webhooks } from "@polar-sh/sdk/2026-10";

const clock = Date.now;
const results = [];
for (const { body, headers, secret, now } of JSON.parse(await text(process.stdin))) {
  Date.now = now ? () => now * 1000 : clock;
  try {
    results.push({ type: (await webhooks.validateEvent(Buffer.from(body, "base64"), headers, secret)).type });
  } catch (error) {
    results.push({ error: error.name, message: error.message });
  }
}

process.stdout.write(JSON.stringify(results));
