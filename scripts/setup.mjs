// Installs the locked packages when they are missing; everything else can rely on them.
import { ensureInstalled } from './lib/ensure-installed.mjs';

await ensureInstalled();
