import type { Random } from './random.js';
import { awkwardTexts, sentences } from './vocabulary.js';

/** A text of some sentences; one in twenty is an awkward one, one in `longEvery` is 40 KB long. */
export function bodyText(random: Random, longEvery: number): string {
  if (random.chance(1 / longEvery)) return longText(random);
  if (random.chance(0.05)) return random.pick(awkwardTexts);
  const count = random.int(1, 5);
  const parts: string[] = [];
  for (let i = 0; i < count; i++) parts.push(random.pick(sentences));
  return parts.join(' ');
}

/** About 40 KB of UTF-8 whose thousandth character falls on different code points, surrogate pairs among them. */
export function longText(random: Random): string {
  const parts: string[] = ['😀'.repeat(random.int(0, 600))];
  let bytes = Buffer.byteLength(parts[0] ?? '');
  while (bytes < 40_000) {
    const sentence = random.pick(sentences);
    parts.push(sentence);
    bytes += Buffer.byteLength(sentence) + 1;
  }
  return parts.join(' ');
}

/** NULL, empty or a short text: what optional columns hold in real databases. */
export function optionalText(random: Random, texts: readonly string[]): string | null {
  const roll = random.next();
  if (roll < 0.4) return null;
  return roll < 0.5 ? '' : random.pick(texts);
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** `2026-11-20T08:15:30.1234567`: `ms` since the epoch, `ticks` further 100 ns (0 … 9999), `digits` of fraction. */
export function dateTime(ms: number, digits: number, ticks = 0): string {
  const text = new Date(ms).toISOString();
  return digits === 0 ? text.slice(0, 19) : (text.slice(0, 23) + pad(ticks, 4)).slice(0, 20 + digits);
}

export function date(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The same instant, written in the zone that lies `offsetMinutes` east of UTC. */
export function dateTimeOffset(ms: number, offsetMinutes: number, digits: number, ticks = 0): string {
  const sign = offsetMinutes < 0 ? '-' : '+';
  const size = Math.abs(offsetMinutes);
  const zone = `${sign}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
  return dateTime(ms + offsetMinutes * 60_000, digits, ticks) + zone;
}
