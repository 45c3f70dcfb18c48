import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { repositoryLinks } from './repository-links.ts';

const docs = fileURLToPath(new URL('..', import.meta.url));

/** In reading order; the sidebar shows all of it on every page. */
const sidebar = [
  {
    text: 'Start here',
    items: [
      { text: 'How a machine boots', link: '/how-a-machine-boots' },
    ],
  },
  {
    text: 'Reference',
    items: [{ text: 'matchbox validate', link: '/reference/validate' }],
  },
];

export default defineConfig({
  title: 'Matchbox',
  description: 'Network boot and provision machines',
  lang: 'en',
  cleanUrls: false,
  // The build has no say about when a page was changed, and fetches nothing.
  lastUpdated: false,
  themeConfig: {
    sidebar,
    nav: [
      { text: 'Guide', link: '/how-a-machine-boots' },
      { text: 'Reference', link: '/reference/validate' },
    ],
    search: { provider: 'local' },
    outline: { level: [2, 3] },
  },
  markdown: {
    // Braces are templates of Matchbox here, never attributes or expressions.
    attrs: { disable: true },
    config: (markdown) => {
      repositoryLinks(markdown, docs);
      const inline = markdown.renderer.rules.code_inline!;
      markdown.renderer.rules.code_inline = (tokens, index, ...rest) => {
        tokens[index]!.attrSet('v-pre', '');
        return inline(tokens, index, ...rest);
      };
    },
  },
  vite: { server: { host: '127.0.0.1' } },
});
