/** Links to files of the repository that are no pages of the site: checked here, and shown as text there. */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { MarkdownOptions } from 'vitepress';

type Markdown = Parameters<NonNullable<MarkdownOptions['config']>>[0];
type Token = ReturnType<Markdown['parse']>[number];

/** A link that leads nowhere fails the build, as VitePress does it for pages. */
export function repositoryLinks(markdown: Markdown, docs: string): void {
  markdown.core.ruler.push('repository-links', (state) => {
    const page = resolve(docs, state.env.relativePath ?? 'index.md');
    for (const { children } of state.tokens) showLinks(children ?? [], page, docs);
  });
}

function showLinks(tokens: readonly Token[], page: string, docs: string): void {
  const open: boolean[] = [];
  for (const token of tokens) {
    if (token.type === 'link_open') open.push(showAsText(token, page, docs));
    else if (token.type === 'link_close' && open.pop()) token.tag = 'span';
  }
}

/** @returns whether the link leads outside of the pages */
function showAsText(token: Token, page: string, docs: string): boolean {
  const file = outsideFile(token.attrGet('href') ?? '', page, docs);
  if (file === undefined) return false;
  if (!existsSync(file)) throw new Error(`${relative(docs, page)}: the link to ${file} leads nowhere`);
  token.tag = 'span';
  token.attrs = [
    ['class', 'outside'],
    ['title', `in the repository: ${relative(resolve(docs, '..'), file)}`],
  ];
  return true;
}

/** The file that a link of a page means, if it lies outside of the folder of pages. */
function outsideFile(href: string, page: string, docs: string): string | undefined {
  if (href === '' || /^([a-z]+:|#|\/)/.test(href)) return undefined;
  const file = resolve(dirname(page), decodeURI(href.replace(/[?#].*$/, '')));
  return relative(docs, file).startsWith('..') ? file : undefined;
}
