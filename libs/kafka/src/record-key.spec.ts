import { encodeKey, murmur2, partitionOf } from './record-key.js';

describe('murmur2', () => {
  // Values of org.apache.kafka.common.utils.UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });
});

it('keeps a key in one partition, in range', () => {
  for (let id = 0; id < 500; id++) {
    const key = encodeKey([id, `Ünïcode ${id}`]);
    expect(partitionOf(key, 7)).toBe(partitionOf(Buffer.from(key), 7));
    expect(partitionOf(key, 7)).toBeGreaterThanOrEqual(0);
    expect(partitionOf(key, 7)).toBeLessThan(7);
  }
});
