// GitHub's packages import JSON files without the attribute that Node.js requires, because they are meant to be bundled.
import { register } from "node:module";

const hook = `export const load = (url, context, next) =>
  next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
