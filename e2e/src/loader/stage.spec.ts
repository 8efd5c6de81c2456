import { eventually } from '../pipeline-under-test.js';
import { LoaderGround } from './loader-under-test.js';
import { column } from './scripted-capture.js';

const columns = [column('Id', 'INTEGER', { keyOrdinal: 1, nullable: false }), column('Name', 'VARCHAR(30)')];
let ground: LoaderGround;

beforeAll(async () => {
  ground = await LoaderGround.open(['kafka', 's3', 'postgres']);
});
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
});

/** Offsets `[from, to)` of each partition, merged; throws on a hole. */
function covered(
  entries: { data: { topic: string; partition: number; from: number; to: number } }[],
): Record<string, number> {
  const ends: Record<string, number> = {};
  for (const { data } of entries) {
    const key = `${data.topic}/${data.partition}`;
    if (data.from > (ends[key] ?? 0)) throw new Error(`hole in ${key}: ${ends[key] ?? 0} to ${data.from}`);
    ends[key] = Math.max(ends[key] ?? 0, data.to);
  }
  return ends;
}

describe('stage', () => {
  it('covers every offset without a hole: over aborted polls, a new table, and a replica killed amid the stream', async () => {
    await using loader = await ground.pipeline('coverage');
    const { capture } = loader;
    await capture.publishSchema('One', 1, columns);
    const [first] = [await loader.start('stage'), await loader.start('stage')];
    const rows = (table: string, from: number) =>
      Array.from({ length: 50 }, (_, at) => ({
        table,
        op: 'u' as const,
        row: { Id: from + at, Name: `n${at}` },
      }));
    for (let poll = 0; poll < 10; poll++) {
      await capture.poll(rows('One', poll * 50), poll % 3 === 2 ? {} : undefined);
      if (poll === 3) await capture.abortedPoll(rows('One', 9000));
      if (poll === 5) {
        await first.kill();
        await capture.publishSchema('Two', 1, columns);
      }
      if (poll > 5) await capture.poll(rows('Two', poll * 50));
    }
    await capture.poll([], {});
    const wanted: Record<string, number> = {};
    await eventually(
      () => {
        for (const { data } of loader.entries('batch.sealed'))
          for (const [topic, ends] of Object.entries(data.offsets))
            for (const [partition, end] of Object.entries(ends)) wanted[`${topic}/${partition}`] = end;
        const ends = covered(loader.entries('file.staged'));
        return (
          Object.keys(wanted).length === 4 &&
          Object.entries(wanted).every(([key, end]) => (ends[key] ?? 0) >= end)
        );
      },
      { withinMs: 40_000, because: 'stage reaches the end of every partition' },
    );
    const keys = new Set(
      loader.entries('file.staged').flatMap(({ data }) => data.files.map((file) => file.key)),
    );
    for (const key of keys) expect((await loader.store.get(key)).length).toBeGreaterThan(0);
  });
});
