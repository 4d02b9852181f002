import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'tap';

const script = join(import.meta.dirname, '..', '..', 'scripts', 'bench', 'detection.js');

type Row = { readonly method: string; readonly false_by_seed: readonly number[]; readonly step_ms: number | null };
type Report = { readonly suite: string; readonly seeds: readonly number[]; readonly rows: readonly Row[] };

/** What the bench prints about so few frames that nothing can be learned in them: it is the table that is tested. */
function bench(...args: readonly string[]): Report[] {
  const few = ['--size', '48x48', '--warmup', '300', '--frames', '700', '--json'];
  const text = execFileSync(process.execPath, [script, ...few, ...args], { encoding: 'utf8' });
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Report);
}

void test('a table has the model, its streams, first order, what is left out, and the baselines', async (t) => {
  const [report] = bench('--suite', 'local', '--seeds', '1', '--ablate', 'timing');
  const methods = report!.rows.map(({ method }) => method);
  const streams = ['form only', 'motion only', 'sequence only', 'timing only'];
  const baselines = ['frame difference', 'block difference', 'pixel Gaussian', 'pixel mixture'];
  t.same(methods, ['model', ...streams, ...baselines, 'first order', 'without timing']);
});

void test('one report per suite, one count per seed, the same every time but for the clock', async (t) => {
  const run = () => bench('--suite', 'machine,nuisance', '--seeds', '2,3', '--quick');
  const reports = run();
  t.same(
    reports.map(({ suite, seeds }) => [suite, seeds]),
    [
      ['machine', [2, 3]],
      ['nuisance', [2, 3]],
    ],
  );
  t.ok(reports.every(({ rows }) => rows.length === 1 && rows[0]!.false_by_seed.length === 2));
  const timeless = (all: readonly Report[]) => all.map(({ rows }) => rows.map((row) => ({ ...row, step_ms: null })));
  t.same(timeless(run()), timeless(reports));
});

void test('an unknown suite is refused with those that exist', async (t) => {
  t.throws(() => bench('--suite', 'nowhere'), /Expected --suite local\|.*\|incidents but received nowhere/);
});

void test('names joined by + are left out together; first order alone keeps its name', async (t) => {
  const [report] = bench('--suite', 'order', '--seeds', '1', '--quick', '--ablate', 'high-order,visits+high-order');
  const methods = report!.rows.map(({ method }) => method);
  t.same(methods, ['model', 'first order', 'without visits, high-order']);
});

void test('an unknown part among joined ones is refused', async (t) => {
  t.throws(
    () => bench('--suite', 'order', '--ablate', 'visits+nothing'),
    /Expected --ablate place\|.* but received nothing/,
  );
});
