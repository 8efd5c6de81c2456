import { Injectable } from '@nestjs/common';
import type { JournalData } from '@thalamus/contracts';

type Listener = (applied: JournalData<'batch.applied'>) => void;

/** Hands applied batches from the journal to whoever runs models in this process. */
@Injectable()
export class Triggers {
  private listener: Listener | undefined;

  /** Entries that come before anybody listens are dropped: the first look at the ledger shows what they said. */
  listen(listener: Listener): void {
    this.listener = listener;
  }

  applied(data: JournalData<'batch.applied'>): void {
    this.listener?.(data);
  }
}
