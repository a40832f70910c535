import { describe, expect, it } from 'vitest';
import { changesOf, otherDetails } from './changes';

describe('details of an audit event', () => {
  it('list only what differs', () =>
    expect(changesOf({ before: { tier: 'free', roles: [] }, after: { tier: 'pro', roles: [] } })).toEqual([
      { field: 'tier', before: 'free', after: 'pro' },
    ]));

  it('list what is new or gone', () =>
    expect(changesOf({ before: { a: 1 }, after: { b: 2 } }).map((change) => change.field)).toEqual(['a', 'b']));

  it('are empty without details', () => expect([changesOf(null), otherDetails(null)]).toEqual([[], []]));

  it('keep other details apart', () => expect(otherDetails({ before: {}, after: {}, reason: 'limit' })).toEqual([['reason', 'limit']]));
});
