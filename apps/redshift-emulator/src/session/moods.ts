/** Ways in which the emulator can be told to misbehave; each is used up as it happens. */
export interface MoodRequest {
  /** Commits that happen and are never answered: the connection drops instead. */
  readonly loseCommitAnswers?: number;
  /** Commits before which the connection drops, so that they do not happen. */
  readonly dropBeforeCommit?: number;
  /** Statements at which the connection drops. */
  readonly dropConnections?: number;
  /** COPYs and UNLOADs that S3 denies. */
  readonly denyS3?: number;
  /** Transactions whose COMMIT fails with 1023. */
  readonly serializationFailures?: number;
  /** Milliseconds added to each statement until told otherwise. */
  readonly slowMs?: number;
}

/** Names of the moods that are counts. */
export type Mood = Exclude<keyof MoodRequest, 'slowMs'>;

const COUNTS: readonly Mood[] = [
  'loseCommitAnswers',
  'dropBeforeCommit',
  'dropConnections',
  'denyS3',
  'serializationFailures',
];

/** The moods still to come. */
export class Moods {
  private readonly left = new Map<Mood, number>();
  slowMs = 0;

  /** Adds to what is to come. @throws Error for an unknown mood or a value that is no whole number */
  request(moods: MoodRequest): void {
    for (const [name, value] of Object.entries(moods)) {
      if (!Number.isInteger(value) || (value as number) < 0)
        throw new Error(`${name} must be a whole number`);
      if (name === 'slowMs') this.slowMs = value as number;
      else if (COUNTS.includes(name as Mood)) this.left.set(name as Mood, value as number);
      else throw new Error(`unknown mood ${name}; known: ${[...COUNTS, 'slowMs'].join(', ')}`);
    }
  }

  /** Whether this one happens now. */
  take(mood: Mood): boolean {
    const left = this.left.get(mood) ?? 0;
    if (left > 0) this.left.set(mood, left - 1);
    return left > 0;
  }

  /** What is left, for the control endpoint. */
  toJSON(): MoodRequest {
    return {
      ...Object.fromEntries(COUNTS.map((mood) => [mood, this.left.get(mood) ?? 0])),
      slowMs: this.slowMs,
    };
  }
}
