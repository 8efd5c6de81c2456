import { Module } from '@nestjs/common';

/** The loader has no controllers or providers of its own: its roles are started explicitly by `startLoader`. */
@Module({})
export class LoaderModule {}
