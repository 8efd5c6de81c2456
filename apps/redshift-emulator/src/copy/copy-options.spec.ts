import type pg from 'pg';
import { copyTable } from '../testing/copy-table.js';
import { startFixture, type Fixture } from '../testing/fixture.js';

let fixture: Fixture;
let client: pg.Client;

beforeAll(async () => {
  fixture = await startFixture();
  client = await fixture.connect();
});
afterAll(async () => fixture[Symbol.asyncDispose]());

type Loaded = readonly [
  title: string,
  columns: string,
  file: string | Buffer,
  options: string,
  expected: unknown[][],
];

/** Sources: the developer guide's pages copy-parameters-{data-format,data-conversion,data-load}. */
const loaded: readonly Loaded[] = [
  [
    'TEXT, separated by bars',
    'a int, b varchar(9)',
    '1|x\n2|y z\n',
    '',
    [
      [1, 'x'],
      [2, 'y z'],
    ],
  ],
  ['DELIMITER', 'a int, b varchar(9)', '1;x\n', `delimiter ';'`, [[1, 'x']]],
  ['a tab as DELIMITER', 'a int, b varchar(9)', '1\tx\n', `delimiter '\\t'`, [[1, 'x']]],
  ['QUOTE AS', 'a int, b varchar(9)', `1,'it''s'\n`, `csv quote as ''''`, [[1, `it's`]]],
  [
    'CSV: delimiter, quote and line end within quotes',
    'a varchar(9), b int',
    '"a,""\nb",1\n',
    'csv',
    [['a,"\nb', 1]],
  ],
  [
    'CSV: blanks around quotes do not count',
    'a varchar(9), b varchar(9)',
    ' "a" , "b"\n',
    'csv',
    [['a', 'b']],
  ],
  [
    'NULL AS',
    'a varchar(9), b int',
    'none|none\nx|1\n',
    `null as 'none'`,
    [
      ['x', 1],
      [null, null],
    ],
  ],
  ['the null string is \\N by default', 'a varchar(9), b int', '\\N|\\N\n', '', [[null, null]]],
  ['EMPTYASNULL', 'a varchar(9), b int', '|1\n', 'emptyasnull', [[null, 1]]],
  ['an empty field without EMPTYASNULL', 'a varchar(9), b int', '|\n', '', [['', null]]],
  ['BLANKSASNULL', 'a varchar(9), b varchar(9)', '  |x\n', 'blanksasnull', [[null, 'x']]],
  [
    'ESCAPE',
    'a varchar(9), b varchar(9)',
    'a\\|b|c\\\\d\nx\\\ny|z\n',
    'escape',
    [
      ['a|b', 'c\\d'],
      ['x\ny', 'z'],
    ],
  ],
  ['REMOVEQUOTES', 'a varchar(9), b varchar(9)', `"a"|'b'\n`, 'removequotes', [['a', 'b']]],
  ['FILLRECORD', 'a int, b varchar(9), c int', '1\n', 'fillrecord', [[1, '', null]]],
  [
    'FILLRECORD with EMPTYASNULL',
    'a int, b varchar(9), c int',
    '1\n',
    'fillrecord emptyasnull',
    [[1, null, null]],
  ],
  ['IGNOREBLANKLINES', 'a int', '1\n\n2\n', 'ignoreblanklines', [[1], [2]]],
  ['IGNOREHEADER', 'a int', 'a\nb\n1\n', 'ignoreheader 2', [[1]]],
  [
    'TRUNCATECOLUMNS, between characters',
    'a varchar(4), b char(2)',
    'caféé|xyz\n',
    'truncatecolumns',
    [['caf', 'xy']],
  ],
  ['blanks beyond the length', 'a varchar(3)', 'abc   \n', '', [['abc']]],
  ['TRIMBLANKS', 'a varchar(9), b char(3)', 'ab  |x  \n', 'trimblanks', [['ab', 'x  ']]],
  [
    'ACCEPTINVCHARS',
    'a varchar(9)',
    Buffer.from([0x61, 0xe2, 0x28, 0xa1, 0x0a]),
    'acceptinvchars',
    [['a?(?']],
  ],
  ['ACCEPTINVCHARS AS', 'a varchar(9)', Buffer.from([0x61, 0xff, 0x0a]), `acceptinvchars as '^'`, [['a^']]],
  ['ACCEPTANYDATE', 'a date', '2020-02-30\n', 'acceptanydate', [[null]]],
  ['DATEFORMAT', 'a date', '31.12.2020\n', `dateformat 'DD.MM.YYYY'`, [['2020-12-31']]],
  [
    'DATEFORMAT with a name of a month',
    'a date',
    'Sep-05-2020\n',
    `dateformat 'MON-DD-YYYY'`,
    [['2020-09-05']],
  ],
  [
    `DATEFORMAT 'auto'`,
    'a date',
    '2020-12-31\n12/31/2020\n20201231\n',
    `dateformat 'auto'`,
    [['2020-12-31'], ['2020-12-31'], ['2020-12-31']],
  ],
  [
    'TIMEFORMAT',
    'a timestamp',
    '31.12.2020 23:59\n',
    `timeformat 'DD.MM.YYYY HH24:MI'`,
    [['2020-12-31 23:59:00']],
  ],
  [
    `TIMEFORMAT 'auto'`,
    'a timestamp',
    '2020-12-31T23:59:58.1234567Z\n2020-12-31 11:59 PM\n',
    `timeformat 'auto'`,
    [['2020-12-31 23:59:00'], ['2020-12-31 23:59:58.123456']],
  ],
  [
    `TIMEFORMAT 'epochsecs'`,
    'a timestamp',
    '1577836800\n',
    `timeformat 'epochsecs'`,
    [['2020-01-01 00:00:00']],
  ],
  [
    `TIMEFORMAT 'epochmillisecs'`,
    'a timestamp',
    '1577836800123\n',
    `timeformat 'epochmillisecs'`,
    [['2020-01-01 00:00:00.123']],
  ],
  [
    'TIMESTAMP ignores a zone, TIMESTAMPTZ keeps the instant',
    'a timestamp, b timestamptz',
    '2020-01-01 00:00:00+05|2020-01-01 00:00:00+05\n',
    '',
    [['2020-01-01 00:00:00', '2019-12-31 19:00:00+00']],
  ],
  ['DECIMAL is cut', 'a decimal(5,2)', '20.259\n-20.259\n', '', [['-20.25'], ['20.25']]],
  ['ROUNDEC', 'a decimal(5,2)', '20.259\n', 'roundec', [['20.26']]],
  [
    'BOOLEAN in all its words',
    'a boolean',
    't\ntrue\ny\nyes\n1\nf\nfalse\nn\nno\n0\n',
    '',
    [...Array<unknown[]>(5).fill([false]), ...Array<unknown[]>(5).fill([true])],
  ],
  ['EXPLICIT_IDS', 'id int identity(1,1), a int', '7|1\n', 'explicit_ids', [[7, 1]]],
  [
    'an IDENTITY column fills itself',
    'id int identity(10,5), a int',
    '1\n2\n',
    '',
    [
      [10, 1],
      [15, 2],
    ],
  ],
  ['ENCODING UTF16LE', 'a varchar(9)', Buffer.from('é\n', 'utf16le'), 'encoding utf16le', [['é']]],
  ['VARBYTE from hex digits', 'a varbyte(2)', 'cafe\n', '', [['cafe']]],
  [
    'BZIP2',
    'a int, b varchar(9)',
    Buffer.from('QlpoOTFBWSZTWR+vwVgAAAFYgAAQAAQgAABAIAAhmmgzTRc8XckU4UJAfr8FYA==', 'base64'),
    'csv bzip2',
    [[1, 'x']],
  ],
  [
    'JSON auto',
    'a int, b varchar(9)',
    '{"b":"x","a":1,"z":0}{"a":2}',
    `json 'auto'`,
    [
      [1, 'x'],
      [2, null],
    ],
  ],
  ['JSON auto is case-sensitive', 'a int, b varchar(9)', '{"A":1,"b":"x"}', `json 'auto'`, [[null, 'x']]],
  ['JSON auto ignorecase', 'a int, b varchar(9)', '{"A":1,"B":"x"}', `json 'auto ignorecase'`, [[1, 'x']]],
  ['JSON: a document in a VARCHAR', 'a varchar(30)', '{"a":{"b":[1,2]}}', `json 'auto'`, [['{"b":[1,2]}']]],
  ['IGNOREALLERRORS', 'a int', '1\nx\n2\n', 'ignoreallerrors', [[1], [2]]],
  ['MAXERROR', 'a int', '1\nx\n2\n', 'maxerror 2', [[1], [2]]],
  ['NOLOAD', 'a int', '1\n', 'noload', []],
];

test.each(loaded)('%s', async (_title, columns, file, options, expected) => {
  const table = await copyTable(fixture, client, columns, file, options);
  const found = await client.query({
    text: `select * from ${table} order by 1`,
    rowMode: 'array',
    types: { getTypeParser: (oid: number) => parserOf(oid) },
  });
  expect(found.rows).toEqual(expected);
});

const OID_BOOLEAN = 16;
const OID_SMALL_INTEGERS = [21, 23];
/** Dates stay as the server writes them. */
const parserOf =
  (oid: number) =>
  (value: string): unknown => {
    if (oid === OID_BOOLEAN) return value === 't';
    return OID_SMALL_INTEGERS.includes(oid) ? Number(value) : value;
  };
