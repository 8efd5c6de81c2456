export { readReportQueries } from './verify/report-queries.js';
export { verifyPipeline, NotCaughtUpError, type VerifyOptions } from './verify/verify-pipeline.js';
export type { ReportVerification, TableVerification, Verification } from './verify/verification.js';
export { stackConnections } from './verify/verify-stack.js';
