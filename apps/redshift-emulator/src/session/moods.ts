/** Ways in which the emulator can be told to misbehave. Counts are used up as they happen; the others last until told otherwise. */
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
  /** Statements that write (INSERT, UPDATE, DELETE, MERGE, COPY) and find the disk full. */
  readonly diskFull?: number;
  /** Milliseconds added to each statement. */
  readonly slowMs?: number;
  /** Milliseconds added to each request to S3. */
  readonly slowS3Ms?: number;
  /** 1: the cluster is paused: connections drop, and new ones are refused until it is 0 again. */
  readonly paused?: number;
  /** The cluster is resized: connections drop now, and new ones are refused for so many milliseconds. */
  readonly resizeMs?: number;
}

const COUNTS = [
  'loseCommitAnswers',
  'dropBeforeCommit',
  'dropConnections',
  'denyS3',
  'serializationFailures',
  'diskFull',
] as const;
const LASTING = ['slowMs', 'slowS3Ms', 'paused', 'resizeMs'] as const;

/** Names of the moods that are counts. */
export type Mood = (typeof COUNTS)[number];
type LastingMood = (typeof LASTING)[number];

const isCount = (name: string): name is Mood => (COUNTS as readonly string[]).includes(name);
const isLasting = (name: string): name is LastingMood => (LASTING as readonly string[]).includes(name);

/** The moods still to come. */
export class Moods {
  private readonly values = new Map<Mood | LastingMood, number>();
  private resizedUntil = 0;
  /** Called when all connections are to drop. */
  onInterruption: () => void = () => undefined;

  /**
   * Sets what is to come; what is not named stays as it is.
   *
   * @throws Error for an unknown mood or a value that is no whole number; then nothing has changed
   */
  request(moods: MoodRequest): void {
    const wanted = Object.entries(moods).map(([name, value]: [string, unknown]) => checked(name, value));
    for (const [name, value] of wanted) this.values.set(name, value);
    if (moods.resizeMs !== undefined) this.resizedUntil = Date.now() + moods.resizeMs;
    if ((moods.resizeMs ?? 0) > 0 || (moods.paused ?? 0) > 0) this.onInterruption();
  }

  get slowMs(): number {
    return this.values.get('slowMs') ?? 0;
  }

  get slowS3Ms(): number {
    return this.values.get('slowS3Ms') ?? 0;
  }

  /** Whether the cluster takes no connections: paused, or being resized. */
  get unavailable(): boolean {
    return (this.values.get('paused') ?? 0) > 0 || Date.now() < this.resizedUntil;
  }

  /** Whether this one happens now. */
  take(mood: Mood): boolean {
    const left = this.values.get(mood) ?? 0;
    if (left > 0) this.values.set(mood, left - 1);
    return left > 0;
  }

  /** What is left, for the control endpoint. */
  toJSON(): Required<MoodRequest> {
    const shown = [...COUNTS, ...LASTING].map((mood) => [mood, this.values.get(mood) ?? 0]);
    return {
      ...(Object.fromEntries(shown) as Required<MoodRequest>),
      resizeMs: Math.max(0, this.resizedUntil - Date.now()),
    };
  }
}

function checked(name: string, value: unknown): [Mood | LastingMood, number] {
  if (!isCount(name) && !isLasting(name)) {
    throw new Error(`unknown mood ${name}; known: ${[...COUNTS, ...LASTING].join(', ')}`);
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new Error(`${name} must be a whole number`);
  }
  return [name, value];
}
