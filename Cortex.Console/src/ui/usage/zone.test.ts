import { describe, expect, it } from 'vitest';
import { addDays, dateIn, firstOfMonth, isZone, startOfDay } from './zone';

const iso = (time: number) => new Date(time).toISOString();

describe('startOfDay', () => {
  it.each([
    ['2026-11-29', 'UTC', '2026-11-29T00:00:00.000Z'],
    ['2026-11-29', 'Europe/Paris', '2026-11-28T23:00:00.000Z'],
    ['2026-07-01', 'Europe/Paris', '2026-06-30T22:00:00.000Z'],
    ['2026-03-29', 'Europe/Paris', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Paris', '2026-03-29T22:00:00.000Z'],
    ['2026-10-26', 'Europe/Paris', '2026-10-25T23:00:00.000Z'],
    ['2026-11-29', 'America/Los_Angeles', '2026-11-29T08:00:00.000Z'],
    ['2026-11-29', 'Pacific/Auckland', '2026-11-28T11:00:00.000Z'],
    ['2026-11-29', 'Asia/Kolkata', '2026-11-28T18:30:00.000Z'],
    // Clocks in Cairo went from 0:00 to 1:00 on this day.
    ['2024-04-26', 'Africa/Cairo', '2024-04-25T22:00:00.000Z'],
  ])('of %s in %s is %s', (date, zone, start) => expect(iso(startOfDay(date, zone))).toBe(start));
});

describe('dates', () => {
  it('are those of the zone', () => {
    const time = Date.parse('2026-11-29T23:30:00Z');
    expect(dateIn('UTC', time)).toBe('2026-11-29');
    expect(dateIn('Europe/Paris', time)).toBe('2026-11-30');
    expect(dateIn('America/New_York', time)).toBe('2026-11-29');
  });

  it('cross months and years', () => {
    expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(firstOfMonth('2026-11-29')).toBe('2026-11-01');
    expect(firstOfMonth('2026-11-29', -11)).toBe('2025-12-01');
  });

  it('know the names of zones', () => {
    expect(isZone('Europe/Paris')).toBe(true);
    expect(isZone('Nowhere/X')).toBe(false);
  });
});
