import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { JournalEntry } from '@thalamus/contracts';
import { JournalEvent, SETTINGS, type Settings } from '@thalamus/platform';
import { Triggers } from './triggers.js';

/** Listens to the journal. It only takes note: a run lasts longer than a consumer may be silent. */
@Controller()
export class JournalController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(Triggers) private readonly triggers: Triggers,
  ) {}

  @JournalEvent('batch.applied')
  onApplied(@Payload() entry: JournalEntry<'batch.applied'>): void {
    if (entry.subject === this.settings.config.name) this.triggers.applied(entry.data);
  }
}
