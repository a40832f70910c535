/** A script of the console that couldn't be loaded: the server can't be reached, or a deployment has replaced the script. */
export class ScriptError extends Error {
  constructor(cause: unknown) {
    super('A script of the console couldn’t be loaded.', { cause });
    this.name = 'ScriptError';
  }
}
