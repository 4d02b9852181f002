/**
 * man-page.mjs - the manual page, made of what the commands say about themselves.
 *
 *     node scripts/man-page.mjs > cortexd.1
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../dist/src/cli/program.js';

const root = join(import.meta.dirname, '..');
const { version, description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** Everything a command says about itself. */
function helpOf(command) {
  let text = '';
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 90,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}
const escape = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(['.])/gm, '\\&$1');
const top = await program();
const out = [
  `.TH CORTEXD 1 "" "cortexd ${version}" "User Commands"`,
  '.SH NAME',
  'cortexd \\- watches a camera, learns what is normal there, and tells when the routine is broken',
  '.SH SYNOPSIS',
  '.B cortexd',
  '.I command',
  '[\\fB\\-\\-config\\fR \\fIFILE\\fR] [\\fB\\-\\-json\\fR]',
  '.SH DESCRIPTION',
  escape(description),
  '.SH COMMANDS',
];
const section = (command, path) => {
  out.push(`.SS cortexd ${path.join(' ')}`, '.nf', escape(helpOf(command).trimEnd()), '.fi');
  for (const child of command.commands) section(child, [...path, child.name()]);
};
for (const command of top.commands) section(command, [command.name()]);
out.push(
  '.SH EXIT STATUS',
  escape(/Exit codes: (.*)/.exec(helpOf(top))?.[1] ?? ''),
  '.SH FILES',
  '.TP\n.I /etc/cortexd/config.yaml\nconfiguration; see /usr/share/doc/cortexd/docs/config.md',
  '.TP\n.I /var/lib/cortexd\ndatabase and control socket of the service',
);
process.stdout.write(`${out.join('\n')}\n`);
