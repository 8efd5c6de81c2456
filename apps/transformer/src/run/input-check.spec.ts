import { differences } from './input-check.js';

describe('differences', () => {
  const wanted = {
    table: 'tastg.x',
    columns: [
      { name: 'id', type: 'BIGINT' },
      { name: 'note', type: 'VARCHAR(30)' },
      { name: 'fee', type: 'DECIMAL(9,2)' },
    ],
  };

  it('are none when types fit, whatever the length of texts', () => {
    const actual = new Map([
      ['id', 'BIGINT'],
      ['note', 'VARCHAR(90)'],
      ['fee', 'DECIMAL(9,2)'],
      ['more', 'SUPER'],
    ]);
    expect(differences(wanted, actual)).toEqual([]);
  });

  it('are named', () => {
    const actual = new Map([
      ['id', 'INTEGER'],
      ['fee', 'DECIMAL(9,4)'],
    ]);
    expect(differences(wanted, actual)).toEqual([
      'tastg.x.id is INTEGER, declared BIGINT',
      'tastg.x has no column note',
      'tastg.x.fee is DECIMAL(9,4), declared DECIMAL(9,2)',
    ]);
    expect(differences(wanted, undefined)).toEqual(['there is no table tastg.x']);
  });
});
