import { batchesOf, readScript } from './script.js';

describe('batchesOf', () => {
  it('splits at lines that hold nothing but GO', () => {
    expect(batchesOf("select 1\nGO\n-- only a comment\ngo\nselect 'go', N'\nGOOD'\n  Go  \r\n")).toEqual([
      'select 1',
      "select 'go', N'\nGOOD'",
    ]);
  });

  it('finds every table of the sample in schema.sql, tracked, and in drop.sql', async () => {
    const schema = batchesOf(await readScript('schema.sql'));
    const created = schema.flatMap((batch) => /^create table dbo\.(\w+)/.exec(batch)?.[1] ?? []);
    const tracked = schema.flatMap(
      (batch) => /^alter table dbo\.(\w+) enable change_tracking/.exec(batch)?.[1] ?? [],
    );
    const dropped = [...(await readScript('drop.sql')).matchAll(/drop table if exists dbo\.(\w+)/g)].map(
      ([, name]) => name,
    );
    expect(created).toHaveLength(17);
    expect(tracked).toEqual(created);
    expect(dropped).toEqual(created.toReversed());
  });
});
