export { openSample, type SampleConnection } from './connection.js';
export { createSample, dropSample, readScript, runScript, batchesOf } from './script.js';
export { sampleTables, type SampleColumn, type SampleTable, type TableName } from './schema.js';
export * from './seed/index.js';
export * from './traffic/index.js';
export { reportNames, readReportQuery, type ReportName } from './reports/index.js';
