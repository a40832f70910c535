import { expect, it } from 'vitest';
import { readScopes } from './readScopes';

it.each([
  [[], undefined, []],
  [['usage:read', 'introspect'], undefined, ['usage:read', 'introspect']],
  [['usage:read'], ' memory:read,memory:write  usage:read ', ['usage:read', 'memory:read', 'memory:write']],
])('reads the choices %j and the text %j as %j', (chosen, typed, scopes) => {
  const fields = new FormData();
  for (const scope of chosen) {
    fields.append('scope', scope);
  }

  if (typed !== undefined) {
    fields.set('scopes', typed);
  }

  expect(readScopes(fields)).toEqual(scopes);
});
