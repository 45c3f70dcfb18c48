// npm run bench [-- SUITE…]: prints a table and one line of JSON for each suite.
const suites = ['http', 'assets', 'https', 'signatures', 'gotemplate', 'butane', 'know'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !suites.includes(name));
if (unknown.length > 0) {
  console.error(`no bench is named ${unknown.join(', ')}; there are: ${suites.join(', ')}`);
  process.exit(2);
}
for (const suite of wanted.length > 0 ? wanted : suites) {
  const { main } = await import(`./${suite}.js`);
  await main();
}
