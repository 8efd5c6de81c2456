/** Why a value cannot be loaded: number and text of Redshift's load errors. */
export interface FieldFault {
  readonly code: number;
  readonly reason: string;
  /** Byte position in the value. */
  readonly position: number;
}

/** A fault. */
export function fault(code: number, reason: string, position = 0): FieldFault {
  return { code, reason, position };
}
