export { canonOf, isComparable, typeFamily, type Canonicalize, type ColumnCanon } from './canonical-value.js';
export {
  compareReport,
  type ReportColumn,
  type ReportComparison,
  type ReportRow,
} from './report-difference.js';
export { RowCanon, type CanonicalRow } from './row-canon.js';
export {
  RangeRows,
  rowDifferences,
  type ColumnDifference,
  type DifferenceKind,
  type RowDifference,
} from './row-difference.js';
export { rangeOf, TableDigest } from './table-digest.js';
