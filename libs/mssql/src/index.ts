export type { DiscoveredTable } from './catalog-rows.js';
export { quoteIdentifier, quoteTable } from './identifier.js';
export { translateSourceError } from './mssql.errors.js';
export { changeRowColumnsAt, changeRowLayout } from './poll.sql.js';
export { PollSession } from './poll-session.js';
export {
  isSelected,
  prerequisites,
  unmetPrerequisites,
  type DatabaseState,
  type Prerequisite,
  type Selection,
} from './prerequisites.js';
export { SourceDatabase, type Chunk, type ChunkRequest } from './source-database.js';
export { type Isolation, type SourceOptions } from './source-connection.js';
export { SourceSnapshot } from './source-snapshot.js';
