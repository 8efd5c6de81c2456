import fc from 'fast-check';
import { LinesByKey } from './collapse.js';

const textOf = (lines: LinesByKey): string => Buffer.concat([...lines.text()]).toString('utf8');

describe('collapse', () => {
  it('keeps the last line of every key, in the order of those last lines, whatever their size', () => {
    const arrival = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      // From a blank to more than a piece, in characters of one to four bytes.
      text: fc.tuple(fc.constantFrom('x', 'ż', '語', '😀'), fc.constantFrom(1, 7, 900, 5000, 90_000)),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
        const lines = new LinesByKey();
        const written = arrivals.map(({ key, text: [unit, times] }, at) => ({
          key,
          line: `${at}${unit.repeat(times)}\n`,
        }));
        for (const { key, line } of written) lines.put(key, line);
        const last = new Map<string, string>();
        for (const { key, line } of written) {
          last.delete(key);
          last.set(key, line);
        }
        expect(textOf(lines) === [...last.values()].join('')).toBe(true);
        expect(lines.size).toBe(last.size);
        const held = Buffer.byteLength(written.map(({ line }) => line).join(''));
        expect(lines.bytes).toBe(held + last.size * 65);
      }),
    );
  });

  it('gives its text again when asked again', () => {
    const lines = new LinesByKey();
    for (const [key, line] of [
      ['k', 'one\n'],
      ['l', 'two\n'],
      ['k', 'three\n'],
    ] as const)
      lines.put(key, line);
    expect([textOf(lines), textOf(lines)]).toEqual(['two\nthree\n', 'two\nthree\n']);
  });
});
