import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { repositoryLinks } from './repository-links.ts';

const docs = fileURLToPath(new URL('..', import.meta.url));

/** In reading order; the sidebar shows all of it on every page. */
const sidebar = [
  {
    text: 'Start here',
    items: [
      { text: 'What it is', link: '/' },
      { text: 'Getting started', link: '/getting-started' },
      { text: 'How a machine boots', link: '/how-a-machine-boots' },
      { text: 'Migration from the Go program', link: '/migration' },
    ],
  },
  {
    text: 'Guide',
    items: [
      { text: 'Network', link: '/guide/network' },
      { text: 'Network boot built in', link: '/guide/netboot' },
      { text: 'Will it break my network?', link: '/guide/will-it-break-my-network' },
      { text: 'Groups and profiles', link: '/guide/groups-and-profiles' },
      { text: 'Templates', link: '/guide/templates' },
      { text: 'Ignition and Butane', link: '/guide/ignition-and-butane' },
      { text: 'cloud-init', link: '/guide/cloud-init' },
      { text: 'The two-stage install', link: '/guide/two-stage-install' },
      { text: 'Recipes', link: '/guide/recipes' },
      { text: 'Operating system images', link: '/guide/images' },
      { text: 'Machines and their stories', link: '/guide/machines' },
      { text: 'The web page', link: '/guide/web-page' },
    ],
  },
  {
    text: 'Know before you boot',
    items: [
      { text: 'Validate', link: '/reference/validate' },
      { text: 'Explain', link: '/guide/explain' },
      { text: 'Impact', link: '/guide/impact' },
      { text: 'Testing', link: '/guide/testing' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
    ],
  },
  {
    text: 'Run it',
    items: [
      ...pagesOf('operations'),
      { text: 'HTTPS', link: '/guide/https' },
      { text: 'Signatures', link: '/guide/signatures' },
      { text: 'Metrics and health', link: '/guide/metrics' },
      { text: 'bootcmd', link: '/guide/bootcmd' },
      { text: 'Terraform', link: '/guide/terraform' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'File formats', link: '/reference/file-formats' },
      { text: 'HTTP API', link: '/reference/http' },
      { text: 'gRPC API', link: '/reference/grpc' },
      { text: 'Flags of the server', link: '/reference/flags' },
      { text: 'Commands', link: '/reference/cli' },
      { text: 'Template functions', link: '/reference/template-functions' },
      { text: 'Errors', link: '/reference/errors' },
      { text: 'Metrics', link: '/reference/metrics' },
    ],
  },
];

/** The pages of a folder by their headings, in the order of their file names. */
function pagesOf(folder: string): { text: string; link: string }[] {
  if (!existsSync(`${docs}${folder}`)) return [];
  const names = readdirSync(`${docs}${folder}`)
    .filter((name) => name.endsWith('.md'))
    .sort();
  return names.map((name) => {
    const heading = /^# (.+)$/m.exec(readFileSync(`${docs}${folder}/${name}`, 'utf8'))?.[1];
    return { text: heading ?? name, link: `/${folder}/${name.replace(/\.md$/, '')}` };
  });
}

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
      { text: 'Guide', link: '/guide/network' },
      { text: 'Reference', link: '/reference/http' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
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
      const text = markdown.renderer.rules.text!;
      markdown.renderer.rules.text = (...args) => text(...args).replaceAll('{{', '&#123;&#123;');
    },
  },
  vite: { server: { host: '127.0.0.1' } },
});
