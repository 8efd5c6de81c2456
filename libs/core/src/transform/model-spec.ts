/** A column by name, with its warehouse type as written in DDL. */
export interface ModelColumn {
  readonly name: string;
  readonly type: string;
}

/** A table a model reads: `tastg.application`, or another model's `tadw.application`; only the columns it needs. */
export interface ModelInput {
  readonly table: string;
  readonly columns: readonly ModelColumn[];
}

/** A condition every row of a model must meet, in SQL. */
export interface ModelCheck {
  readonly name: string;
  readonly condition: string;
}

/** What the Python package says of a model. */
export interface ModelSpec {
  /** `tadw.application`: layer and name. */
  readonly id: string;
  readonly layer: 'tadw' | 'tarpt';
  readonly name: string;
  readonly inputs: readonly ModelInput[];
  readonly key: readonly string[];
  readonly grain: readonly string[];
  readonly columns: readonly (ModelColumn & { readonly nullable: boolean })[];
  readonly checks: readonly ModelCheck[];
}

/** `tastg.application` → layer and name. */
export function splitModelTable(id: string): { layer: string; name: string } {
  const dot = id.indexOf('.');
  return { layer: id.slice(0, dot), name: id.slice(dot + 1) };
}
