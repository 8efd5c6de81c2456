import { column, tableSchema } from './plan-fixtures.js';
import { describeTableChange, fitType, normalizeType, planTableChanges } from './table-change.js';

describe('types', () => {
  it.each([
    ['character varying(20)', 'VARCHAR(20)'],
    ['numeric(9, 2)', 'DECIMAL(9,2)'],
    ['timestamp without time zone', 'TIMESTAMP'],
    ['double  precision', 'DOUBLE PRECISION'],
    ['int8', 'BIGINT'],
  ])('%s is %s', (spelled, normal) => {
    expect(normalizeType(spelled)).toBe(normal);
  });

  it.each([
    ['VARCHAR(20)', 'varchar(20)', 'fits'],
    ['VARCHAR(20)', 'VARCHAR(30)', 'widen'],
    ['VARCHAR(30)', 'VARCHAR(20)', 'fits'],
    ['VARCHAR(30)', 'VARCHAR(max)', 'widen'],
    ['INTEGER', 'BIGINT', 'incompatible'],
    ['DECIMAL(9,2)', 'DECIMAL(10,2)', 'incompatible'],
    [undefined, 'SUPER', 'fits'],
  ] as const)('%s takes %s: %s', (have, want, fit) => {
    expect(fitType(have, want)).toBe(fit);
  });
});

describe('changes of a table', () => {
  const schema = tableSchema([
    column('Id', 'INTEGER', { keyOrdinal: 1 }),
    column('Name', 'VARCHAR(90)'),
    column('City', 'VARCHAR(30)'),
  ]);

  it('creates what is not there', () => {
    expect(planTableChanges(undefined, schema).changes).toEqual([{ kind: 'create' }]);
  });

  it('adds and widens columns, and leaves those the source dropped', () => {
    const have = new Map([
      ['id', 'integer'],
      ['name', 'character varying(60)'],
      ['gone', 'integer'],
    ]);
    const { changes, incompatible } = planTableChanges(have, schema);
    expect(incompatible).toEqual([]);
    expect(changes.map((change) => describeTableChange('interview', change))).toEqual([
      'widen column name of interview from character varying(60) to VARCHAR(90)',
      'add column city VARCHAR(30) to interview',
    ]);
  });

  it('names a change that only a new generation can bring', () => {
    const have = new Map([
      ['id', 'BIGINT'],
      ['name', 'VARCHAR(90)'],
      ['city', 'VARCHAR(30)'],
    ]);
    expect(planTableChanges(have, schema).incompatible).toEqual([
      { column: 'id', have: 'BIGINT', want: 'INTEGER' },
    ]);
  });
});
