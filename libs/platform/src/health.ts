export interface Check {
  readonly ok: boolean;
  readonly detail: string;
  readonly since: string;
}

/** What the service says of itself. Ready = at least one check was reported and every one is ok. */
export class Health {
  private readonly checks = new Map<string, Check>();

  constructor(private readonly now: () => Date = () => new Date()) {}

  /** Keeps the time of the last change, not of the last report. */
  report(check: string, ok: boolean, detail = ''): void {
    const before = this.checks.get(check);
    if (before?.ok === ok && before.detail === detail) return;
    this.checks.set(check, { ok, detail, since: this.now().toISOString() });
  }

  get ready(): boolean {
    return this.checks.size > 0 && [...this.checks.values()].every((check) => check.ok);
  }

  get state(): Record<string, Check> {
    return Object.fromEntries(this.checks);
  }
}
