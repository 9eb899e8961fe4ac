// cli_status_ms: `localscale status` of a running home.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { programs, startHome } from '../../tests/support/home.mjs';

const home = await startHome();
const { status } = spawnSync(join(programs, 'bench_cli_status'), [join(programs, 'localscale')], { env: home.environment, stdio: 'inherit' });
await home.stop();
process.exit(status ?? 1);
