// Calls Polar's API with Polar's SDK. Input: {baseUrl, accessToken, calls: [{method: "checkouts.create", arguments: […]}]}.
// Output: [{answer} or {error, status, body, retryAfter}], one for each call.
import { text } from "node:stream/consumers";
import { createPolar } from "@polar-sh/sdk/2026-10";

const { baseUrl, accessToken, calls } = JSON.parse(await text(process.stdin));
const polar = createPolar({ baseUrl, accessToken, timeout: 20 });
const results = [];
for (const call of calls) {
  const method = call.method.split(".").reduce((service, name) => service[name], polar);
  try {
    const called = method(...call.arguments);
    if (call.method.split(".").at(-1).startsWith("iter")) {
      const items = [];
      for await (const item of called) items.push(item);
      results.push({ answer: items });
    } else {
      results.push({ answer: (await called) ?? null });
    }
  } catch (error) {
    results.push({ error: error.name, status: error.statusCode ?? null, body: error.error ?? null, retryAfter: error.retryAfter ?? null });
  }
}

process.stdout.write(JSON.stringify(results));
