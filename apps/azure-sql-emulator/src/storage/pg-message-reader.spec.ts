import fc from 'fast-check';
import { PgMessageReader } from './pg-message-reader.js';

function framed(body: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.write('D', 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Where to cut, as parts of a thousand of the stream. */
const cuts = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 12 });
const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });

test('every message comes once, whole and in order, however the stream is cut and whenever it is paused', () => {
  fc.assert(
    fc.property(bodies, cuts, fc.integer({ min: 1, max: 5 }), (sent, places, pauseEvery) => {
      const stream = Buffer.concat(sent.map(framed));
      const received: Buffer[] = [];
      let paused = false;
      const reader = new PgMessageReader((buffer, start, end) => {
        expect(paused).toBe(false);
        received.push(Buffer.from(buffer.subarray(start + 5, end)));
        if (received.length % pauseEvery !== 0) return;
        paused = true;
        reader.pause();
      });
      const ends = [...places.map((place) => Math.floor((stream.length * place) / 1000)), stream.length];
      const goOn = (): void => {
        do paused = false;
        while (!reader.resume());
      };
      // One buffer for all chunks, as the socket has it: what the reader keeps must be a copy.
      const shared = Buffer.alloc(stream.length);
      let from = 0;
      for (const to of ends.sort((a, b) => a - b)) {
        stream.copy(shared, 0, from, to);
        reader.push(shared.subarray(0, to - from));
        shared.fill(0xee);
        from = to;
        if (to % 2 === 0) goOn();
      }
      goOn();
      expect(received).toEqual(sent.map((body) => Buffer.from(body)));
    }),
  );
});
