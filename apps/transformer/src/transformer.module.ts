import { Module } from '@nestjs/common';
import { JournalController } from './journal.controller.js';
import { Triggers } from './triggers.js';

@Module({ controllers: [JournalController], providers: [Triggers] })
export class TransformerModule {}
