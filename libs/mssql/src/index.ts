export { quoteIdentifier, quoteTable } from './identifier.js';
export { errorNumbers, firstServerError, translateSourceError } from './mssql.errors.js';
export { PollSession } from './poll-session.js';
export {
  isSelected,
  prerequisites,
  unmetPrerequisites,
  untrackedTables,
  type DatabaseState,
  type Prerequisite,
  type Selection,
} from './prerequisites.js';
export { SourceClient, type Answer, type AnswerColumn } from './source.client.js';
export { SourceDatabase } from './source-database.js';
export { type SourceOptions } from './source-connection.js';
export { SourceSnapshot } from './source-snapshot.js';
