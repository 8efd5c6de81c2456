/** DECIMAL(precision, scale). */
export interface DecimalType {
  readonly precision: number;
  readonly scale: number;
}

/** Types of a result's columns, in their order, where PostgreSQL does not know them. */
export type ComputedColumns = readonly (DecimalType | undefined)[];

/** The result of an operation: its type, and whether values may be too large for it. */
export interface DecimalResult extends DecimalType {
  readonly mayOverflow: boolean;
}

const MAX_PRECISION = 38;
/** What 64 bits hold: the precision of a common type, unless an operand has more (developer guide, numeric computations). */
const COMMON_PRECISION = 19;
const LEAST_QUOTIENT_SCALE = 4;
const MAX_QUOTIENT_SCALE = 100;

/** Integers as decimals (numeric computations: "INTEGER and DECIMAL types"). */
export const SMALLINT_DECIMAL: DecimalType = { precision: 5, scale: 0 };
export const INTEGER_DECIMAL: DecimalType = { precision: 10, scale: 0 };
export const BIGINT_DECIMAL: DecimalType = { precision: 19, scale: 0 };

function bounded(precision: number, scale: number): DecimalResult {
  const mayOverflow = precision > MAX_PRECISION;
  return { precision: Math.min(precision, MAX_PRECISION), scale, mayOverflow };
}

/** Type of a sum or difference (numeric computations: precision and scale of results). */
export function sumType(left: DecimalType, right: DecimalType): DecimalResult {
  const scale = Math.max(left.scale, right.scale);
  return bounded(wholeDigits(left, right) + 1 + scale, scale);
}

/** Type of a product. */
export function productType(left: DecimalType, right: DecimalType): DecimalResult {
  return bounded(left.precision + right.precision + 1, left.scale + right.scale);
}

/** Type of a quotient (also: notes on division operations). */
export function quotientType(left: DecimalType, right: DecimalType): DecimalResult {
  let scale = Math.max(LEAST_QUOTIENT_SCALE, left.scale + right.precision - right.scale + 1);
  let precision = left.precision - left.scale + right.scale + scale;
  if (scale > MAX_QUOTIENT_SCALE) {
    precision -= scale - MAX_QUOTIENT_SCALE;
    scale = MAX_QUOTIENT_SCALE;
  }
  if (precision <= MAX_PRECISION) return { precision, scale, mayOverflow: false };
  return {
    precision: MAX_PRECISION,
    scale: Math.max(MAX_PRECISION + scale - precision, LEAST_QUOTIENT_SCALE),
    mayOverflow: true,
  };
}

/** The type of COALESCE, CASE, UNION and their like. */
export function commonType(types: readonly DecimalType[]): DecimalType | undefined {
  const [first, ...rest] = types;
  if (first === undefined) return undefined;
  return rest.reduce((left, right) => {
    const scale = Math.max(left.scale, right.scale);
    const largest = Math.max(COMMON_PRECISION, left.precision, right.precision);
    return { precision: Math.min(wholeDigits(left, right) + scale, largest), scale };
  }, first);
}

/** Type of SUM and AVG: 38 digits, the argument's scale (developer guide, SUM and AVG). */
export function aggregateType(argument: DecimalType): DecimalType {
  return { precision: MAX_PRECISION, scale: argument.scale };
}

/** Of a literal as it is written. */
export function literalType(text: string): DecimalType | undefined {
  const digits = /^(\d*)\.?(\d*)$/.exec(text);
  if (digits === null) return undefined;
  const [, whole = '', fraction = ''] = digits;
  return { precision: Math.max(whole.length, 1) + fraction.length, scale: fraction.length };
}

function wholeDigits(left: DecimalType, right: DecimalType): number {
  return Math.max(left.precision - left.scale, right.precision - right.scale);
}

const TYPMOD_HEADER = 4;

/** PostgreSQL's type modifier of numeric(p,s) (src/backend/utils/adt/numeric.c: make_numeric_typmod). */
export function modifierOf({ precision, scale }: DecimalType): number {
  return ((precision << 16) | scale) + TYPMOD_HEADER;
}

/** Reads a modifier; undefined for none. */
export function typeOfModifier(modifier: number): DecimalType | undefined {
  if (modifier < TYPMOD_HEADER) return undefined;
  const packed = modifier - TYPMOD_HEADER;
  return { precision: (packed >> 16) & 0xffff, scale: packed & 0x7ff };
}
