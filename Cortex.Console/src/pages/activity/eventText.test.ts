import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { overwriteGetLocale } from '@/paraglide/runtime';
import { actionTexts } from './actionTexts';
import { eventText } from './eventText';

const document = JSON.parse(readFileSync('../Cortex.IdentityServer.Tests/Contract/openapi.verified.json', 'utf8'));
const parameters: { name: string; schema: { enum: string[] } }[] = document.paths['/api/v1/admin/audit-events'].get.parameters;
const actions = parameters.find(({ name }) => name === 'action')?.schema.enum ?? [];

describe('eventText', () => {
  it('knows every action of the API, and no other', () => {
    expect(Object.keys(actionTexts).sort()).toEqual([...actions].sort());
  });

  it.each(['en', 'de'] as const)('has a sentence of its own for every action in %s', (locale) => {
    overwriteGetLocale(() => locale);
    const texts = actions.map((action) => eventText({ action, actor: 'self', details: null }));
    expect(texts.filter((text) => !/\s.*\.$/.test(text))).toEqual([]);
    expect(new Set(texts).size).toBe(actions.length);
  });

  it.each([
    ['login.succeeded', 'self', { methods: 'hwk user mfa' }, 'You logged in with a passkey.'],
    ['session.ended', 'administrator', { reason: 'logout_all' }, 'An administrator ended a session.'],
    ['api_key.created', 'self', { name: 'production' }, 'You created the API key “production”.'],
    [
      'billing.tier_changed',
      'unknown',
      { before: { subscription_tier: 'free' }, after: { subscription_tier: 'pro' } },
      'Your plan changed from free to pro.',
    ],
    ['something.new', 'self', null, 'something.new'],
    ['toString', 'self', null, 'toString'],
  ])('says what %s by %s with %j means', (action, actor, details, text) => {
    overwriteGetLocale(() => 'en');
    expect(eventText({ action, actor, details: details as never })).toBe(text);
  });
});
