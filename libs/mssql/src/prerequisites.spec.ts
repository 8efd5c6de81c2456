import { tableId } from '@thalamus/contracts';
import type { DiscoveredTable } from '@thalamus/core/capture';
import { unmetPrerequisites, untrackedTables, type DatabaseState } from './index.js';

const state: DatabaseState = {
  database: 'gme',
  updateability: 'READ_WRITE',
  snapshotIsolation: true,
  isTracked: true,
  retention: '2 DAYS',
};
const table = (name: string, more: Partial<DiscoveredTable> = {}): DiscoveredTable => ({
  id: tableId('dbo', name),
  objectId: 1,
  schema: 'dbo',
  table: name,
  columns: [],
  key: ['Id'],
  isTracked: true,
  ...more,
});
const selection = { tables: ['dbo.*'], exclude: ['dbo.Secret*'] };

describe('prerequisites', () => {
  it('are met by a tracked database with a tracked table', () => {
    expect(unmetPrerequisites({ state, tables: [table('A')], selection })).toEqual([]);
  });

  it('are all reported together, each with its remedy', () => {
    const unmet = unmetPrerequisites({
      state: { ...state, updateability: 'READ_ONLY', isTracked: false },
      tables: [table('B', { isTracked: false }), table('C', { isTracked: false, key: [] })],
      selection: { tables: ['dbo.B', 'dbo.C', 'dbo.Gone'], exclude: [] },
    });
    expect(unmet.map((sentence) => sentence.replace(/:.*/s, ''))).toEqual([
      'gme is a read-only replica',
      'Change tracking is off',
      'No tracked table fits source.tables (dbo.B, dbo.C, dbo.Gone)',
      'dbo.B is not tracked',
      'dbo.C has no primary key',
      'dbo.Gone does not exist, or this login may not see it.',
    ]);
    expect(unmet.join('\n')).toContain('ALTER TABLE [dbo].[B] ENABLE CHANGE_TRACKING');
    expect(unmet.join('\n')).toContain('ALTER DATABASE [gme] SET CHANGE_TRACKING = ON');
  });

  it('leave out what a pattern finds untracked, and say so', () => {
    const tables = [table('A'), table('B', { isTracked: false }), table('SecretB', { isTracked: false })];
    expect(unmetPrerequisites({ state, tables, selection })).toEqual([]);
    expect(untrackedTables({ tables, selection })).toEqual([
      'dbo.B is not tracked: ALTER TABLE [dbo].[B] ENABLE CHANGE_TRACKING; or take it out of source.tables.',
    ]);
  });
});
