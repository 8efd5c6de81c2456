import { createRequire } from 'node:module';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from 'kafkajs';
import { EncodedRecords } from './encoded-records.js';
import { compressionType } from './kafka-connection.js';

// The two places of kafkajs that look into messages (see EncodedRecords): a lot must give the very bytes that messages give.
const require = createRequire(import.meta.url);
const group = require('kafkajs/src/producer/groupMessagesPerPartition.js') as (question: {
  partitionMetadata: object[];
  messages: Message[];
  partitioner: (question: { message: Message }) => number | undefined;
}) => Record<string, Message[]>;
const produceRequest = require('kafkajs/src/protocol/requests/produce/v3/request.js') as (
  question: object,
) => { encode(): Promise<{ buffer: Buffer }> };

interface Given {
  readonly partition: number;
  readonly key: string;
  readonly value: string | null;
}

/** The request as kafkajs makes it. */
async function requestOf(messages: Message[], compression: number): Promise<Buffer> {
  const partitioner = ({ message }: { message: Message }) => message.partition;
  const grouped = group({ partitionMetadata: [{}], messages, partitioner });
  const partitions = Object.entries(grouped).map(([partition, some]) => ({
    partition: Number(partition),
    firstSequence: some.length,
    messages: some,
  }));
  const topicData = [{ topic: 't', partitions }];
  const request = produceRequest({ acks: -1, timeout: 1, transactionalId: 'x', compression, topicData });
  return (await request.encode()).buffer;
}

async function expectSame(records: readonly Given[], compression: number): Promise<void> {
  const lot = new EncodedRecords();
  for (const { partition, key, value } of records) lot.add('t', partition, key, value);
  const [topic] = lot.topicMessages();
  const own = await requestOf(topic?.messages ?? [], compression);
  const theirs = await requestOf(
    records.map((each) => ({ ...each })),
    compression,
  );
  expect(own.equals(theirs)).toBe(true);
}

describe('encoded records', () => {
  // Batches carry the time at which they are encoded.
  beforeAll(() => jest.useFakeTimers({ now: 1_700_000_000_000 }));
  afterAll(() => jest.useRealTimers());

  it.each(['none', 'lz4', 'zstd'] as const)('make the request that messages make, with %s', async (codec) => {
    const records = Array.from({ length: 300 }, (_, at) => ({
      partition: at % 3,
      key: `[${at}]`,
      value: at % 7 === 0 ? null : `${'żółć 😀 \ud800 '.repeat(at)}`,
    }));
    await expectSame(records, compressionType(codec));
  });

  it('make it of any texts', async () => {
    const record = fc.record({
      partition: fc.integer({ min: 0, max: 2 }),
      key: fc.string({ unit: 'binary', maxLength: 100 }),
      value: fc.option(fc.string({ unit: 'binary', maxLength: 20_000, size: 'max' })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1 }), (records) => expectSame(records, 0)),
      { numRuns: 100 },
    );
  });

  it('know their size and number', () => {
    const lot = new EncodedRecords();
    lot.add('t', 1, 'k', 'ż');
    lot.add('t', 1, 'k', null);
    lot.add('u', 0, 'kk', 'v');
    expect([lot.bytes, lot.count('t', 1), lot.count('t', 0), lot.count('u', 0)]).toEqual([7, 2, 0, 1]);
  });
});
