import { randomUUID } from 'node:crypto';
import { isNotFound, ObjectStore, putManifest, type ObjectStoreAddress } from '@thalamus/object-store';
import { rule } from '../mark.js';

/** At least two parts of the least size S3 allows a part that is not the last: 5 MiB. */
const partBytes = 5 * 1024 * 1024;

/**
 * What loader, transformer and Redshift rely on of an S3 store, as tests to be registered inside a `describe`. Everything
 * lies below one prefix of its own, which is removed at the end.
 */
export function objectStoreConformance(address: () => ObjectStoreAddress): void {
  describe('keeps the promises that loads rely on', () => {
    let opened: ObjectStore | undefined;
    const store = (): ObjectStore => {
      if (opened === undefined) throw new Error('the store was not opened; see the error of its set-up');
      return opened;
    };
    const prefix = `conformance/${randomUUID()}`;
    const keysBelow = async (folder: string): Promise<string[]> => {
      const keys: string[] = [];
      for await (const { key } of store().list(`${prefix}/${folder}`))
        keys.push(key.slice(prefix.length + 1));
      return keys;
    };
    beforeAll(() => {
      opened = new ObjectStore(address());
    });
    afterAll(async () => {
      await opened?.deletePrefix(prefix);
      opened?.[Symbol.dispose]();
    });

    it(rule('D', 'an object is read as it was written, whatever its bytes and key'), async () => {
      const bytes = Buffer.from(Array.from({ length: 70_000 }, (_value, at) => (at * 7919) % 256));
      const key = `${prefix}/bytes/a b+c=é&"日本".csv.gz`;
      await store().put(key, bytes, { contentType: 'application/gzip' });
      expect(bytes.equals(await store().get(key))).toBe(true);
      await store().put(`${prefix}/bytes/empty`, Buffer.alloc(0));
      expect(await store().get(`${prefix}/bytes/empty`)).toHaveLength(0);
    });

    it(rule('D', 'a write replaces the object whole, and is read at once'), async () => {
      const key = `${prefix}/replaced`;
      for (let turn = 0; turn < 20; turn += 1) {
        await store().put(key, `turn ${turn}`);
        expect((await store().get(key)).toString()).toBe(`turn ${turn}`);
      }
    });

    it(rule('D', 'a stream gives all of an object'), async () => {
      await store().put(`${prefix}/streamed`, 'x'.repeat(300_000));
      let length = 0;
      for await (const chunk of await store().getStream(`${prefix}/streamed`))
        length += (chunk as Buffer).length;
      expect(length).toBe(300_000);
    });

    it(rule('D', 'an object that is not there is told from a store that does not answer'), async () => {
      const error: unknown = await store()
        .get(`${prefix}/none`)
        .catch((caught: unknown) => caught);
      expect(isNotFound(error)).toBe(true);
      expect(error).toMatchObject({ code: 'THAL-O002' });
    });

    it(rule('D', 'a list is of a prefix, not of a folder, in the order of bytes'), async () => {
      for (const key of ['b/2', 'b/10', 'b/1', 'b_other', 'B/0', 'b/ä'])
        await store().put(`${prefix}/list/${key}`, key);
      expect(await keysBelow('list/b')).toEqual([
        'list/b/1',
        'list/b/10',
        'list/b/2',
        'list/b/ä',
        'list/b_other',
      ]);
      expect(await keysBelow('list/nothing')).toEqual([]);
      for await (const object of store().list(`${prefix}/list/b/10`)) expect(object.bytes).toBe(4);
    });

    it(
      rule('D', 'a list of more than a page is whole, and a prefix of more than a page is deleted'),
      async () => {
        const names = Array.from({ length: 1005 }, (_value, at) => `many/${String(at).padStart(5, '0')}`);
        for (let at = 0; at < names.length; at += 50)
          await Promise.all(names.slice(at, at + 50).map((name) => store().put(`${prefix}/${name}`, name)));
        expect(await keysBelow('many/')).toEqual(names);
        expect(await store().deletePrefix(`${prefix}/many/`)).toBe(1005);
        expect(await keysBelow('many/')).toEqual([]);
      },
      120_000,
    );

    it(rule('D', 'deleting what is not there is no error'), async () => {
      await store().put(`${prefix}/there`, 'x');
      await store().delete([`${prefix}/there`, `${prefix}/not-there`]);
      expect(await keysBelow('there')).toEqual([]);
    });

    it(rule('D', 'a manifest names what COPY must find'), async () => {
      const url = await putManifest(store(), `${prefix}/m/manifest`, [{ key: `${prefix}/m/a.gz`, bytes: 3 }]);
      expect(url).toBe(store().url(`${prefix}/m/manifest`));
      expect(JSON.parse((await store().get(`${prefix}/m/manifest`)).toString())).toEqual({
        entries: [{ url: store().url(`${prefix}/m/a.gz`), mandatory: true, meta: { content_length: 3 } }],
      });
    });

    it(
      rule('D', 'an upload in parts appears whole at its end, and not before'),
      async () => {
        const key = `${prefix}/parts/large`;
        const piece = Buffer.alloc(partBytes / 4, 'abcdefgh');
        const seen: string[][] = [];
        async function* pieces(): AsyncGenerator<Buffer> {
          for (let at = 0; at < 9; at += 1) yield piece;
          seen.push(await keysBelow('parts/'));
        }
        await store().putInParts(key, pieces(), { partBytes });
        expect(seen).toEqual([[]]);
        const whole = await store().get(key);
        expect(whole.equals(Buffer.concat(Array<Buffer>(9).fill(piece)))).toBe(true);
      },
      60_000,
    );

    it(rule('D', 'an upload in parts that fails leaves nothing'), async () => {
      async function* broken(): AsyncGenerator<Buffer> {
        yield Buffer.alloc(partBytes + 1);
        await Promise.resolve();
        throw new Error('the source broke');
      }
      await expect(store().putInParts(`${prefix}/failed/large`, broken(), { partBytes })).rejects.toThrow(
        'the source broke',
      );
      expect(await keysBelow('failed/')).toEqual([]);
    });

    it(rule('D', 'a conditional write loses against an object that is there'), async () => {
      const key = `${prefix}/once`;
      expect(await store().putIfAbsent(key, 'first')).toBe(true);
      expect(await store().putIfAbsent(key, 'second')).toBe(false);
      expect((await store().get(key)).toString()).toBe('first');
    });

    it(rule('D', 'of many conditional writers one wins'), async () => {
      const key = `${prefix}/race`;
      const writers = Array.from({ length: 8 }, (_value, at) => `writer ${at}`);
      const won = await Promise.all(writers.map((name) => store().putIfAbsent(key, name)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect((await store().get(key)).toString()).toBe(writers[won.indexOf(true)]);
    });
  });
}
