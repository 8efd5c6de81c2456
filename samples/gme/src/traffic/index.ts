export {
  operationKinds,
  runTraffic,
  type OperationKind,
  type OperationReport,
  type TrafficOptions,
  type TrafficSummary,
} from './run-traffic.js';
