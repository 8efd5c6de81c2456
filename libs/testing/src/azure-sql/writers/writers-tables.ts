/** Keys that are inserted: few, so that writers meet. A moved row has its key and this many. */
export const keyCount = 14;

/** A table that writers work on. Rows are known by `key` alone, whatever else their primary key holds. */
export interface WritersTable {
  readonly name: string;
  readonly key: string;
  readonly definition: string;
  insert(key: number): string;
}

/** One simple key, and one composite whose order is not that of its columns. */
export const writersTables: readonly [WritersTable, WritersTable] = [
  {
    name: 'conf.left_side',
    key: 'id',
    definition: 'id int not null primary key, n int not null',
    insert: (key) =>
      `insert into conf.left_side (id, n) output inserted.id as k, inserted.n as n
       select ${key}, 0 where not exists (select 1 from conf.left_side where id = ${key})`,
  },
  {
    name: 'conf.right_side',
    key: 'b',
    definition: 'n int not null, a int not null, b int not null, primary key (b, a)',
    insert: (key) =>
      `insert into conf.right_side (n, a, b) output inserted.b as k, inserted.n as n
       select 0, ${key % 3}, ${key} where not exists (select 1 from conf.right_side where b = ${key})`,
  },
];

/** Holds one row for each transaction that committed, written by it: gives the transaction its version. */
export const markers = 'conf.markers';
