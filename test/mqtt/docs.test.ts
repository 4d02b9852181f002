import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { EXAMPLES } from '../../scripts/docs-examples.ts';
import { generatedFiles, payloadSchemas, schemaId } from '../../scripts/generate-docs.ts';
import { TOPICS, type Topic, topicProblem } from '../../src/mqtt/topics.ts';
import { packageFile } from '../../src/package-root.ts';
import { accepts } from '../records/schemas.ts';

void test('generated pages and schemas are up to date (npm run docs)', async (t) => {
  for (const [path, text] of generatedFiles()) t.equal(readFileSync(packageFile(path), 'utf8'), text, path);
});

void test('each schema has a name of its own', async (t) => {
  const names = payloadSchemas().map(schemaId);
  t.equal(new Set(names).size, names.length);
  t.notOk(names.includes('unnamed'));
});

void test('the examples of the documentation satisfy the schemas', async (t) => {
  for (const [name, example] of Object.entries(EXAMPLES)) {
    const { schema } = (TOPICS as { readonly [name: string]: Topic })[name]!;
    t.strictSame(schema === null ? ['no schema'] : accepts(schema, example), [], name);
  }
});

void test('a topic may hold neither wildcards nor empty levels', async (t) => {
  for (const bad of ['', 'a//b', '/a', 'a/', 'a/+/b', '#', 'a\u0000b', '$SYS/x', 'a'.repeat(70000)])
    t.type(topicProblem(bad), 'string', bad.slice(0, 10));
  for (const good of ['cortexd/porch', 'a', 'a b/c', 'äöü/x']) t.equal(topicProblem(good), null, good);
});
