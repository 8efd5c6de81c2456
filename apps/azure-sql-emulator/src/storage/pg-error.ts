/** An ErrorResponse of PostgreSQL, field by field. */
export class PgError extends Error {
  constructor(private readonly fields: ReadonlyMap<string, string>) {
    super(fields.get('M') ?? 'PostgreSQL error');
    this.name = 'PgError';
  }
  /** SQLSTATE. */
  get code(): string {
    return this.fields.get('C') ?? '';
  }
  get detail(): string {
    return this.fields.get('D') ?? '';
  }
  get schema(): string {
    return this.fields.get('s') ?? '';
  }
  get table(): string {
    return this.fields.get('t') ?? '';
  }
  get column(): string {
    return this.fields.get('c') ?? '';
  }
  get constraint(): string {
    return this.fields.get('n') ?? '';
  }
  get where(): string {
    return this.fields.get('W') ?? '';
  }
}
