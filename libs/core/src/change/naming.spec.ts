import fc from 'fast-check';
import { matchesTable, toWarehouseName } from './index.js';

describe('warehouse names', () => {
  it.each([
    ['InterviewDate', 'interview_date'],
    ['USMLEStep2', 'usmle_step2'],
    ['AAMCId', 'aamc_id'],
    ['ProgramID', 'program_id'],
    ['already_snake', 'already_snake'],
    ['Última visita', 'ultima_visita'],
    ['Order Details!', 'order_details'],
    ['2ndChoice', '_2nd_choice'],
    ['???', 'unnamed'],
  ])('%s becomes %s', (name, expected) => {
    expect(toWarehouseName(name)).toBe(expected);
  });

  it('are always identifiers, and fold to themselves', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 128 }), (name) => {
        const folded = toWarehouseName(name);
        expect(folded).toMatch(/^[a-z_][a-z0-9_]{0,126}$/);
        if (!folded.startsWith('_')) expect(toWarehouseName(folded)).toBe(folded);
      }),
    );
  });
});

describe('table patterns', () => {
  it('know * and nothing else', () => {
    expect(matchesTable(['dbo.*'], 'dbo', 'A.B')).toBe(true);
    expect(matchesTable(['dbo.*'], 'xdbo', 'A')).toBe(false);
    expect(matchesTable(['dbo.Int+'], 'dbo', 'Intt')).toBe(false);
    expect(matchesTable(['DBO.inter*'], 'dbo', 'Interview')).toBe(true);
  });
});
