/** Whether a view is made of what the page itself puts there, and of nothing that somebody's text brought along. */
import type { Page } from 'playwright-core';

/** Elements that the page's own code makes. */
const ours = [
  ...['a', 'bdi', 'br', 'button', 'code', 'datalist', 'dd', 'details', 'dialog', 'div', 'dl', 'dt', 'em', 'figcaption'],
  ...[
    'figure',
    'form',
    'footer',
    'h1',
    'h2',
    'h3',
    'h4',
    'header',
    'hr',
    'input',
    'label',
    'li',
    'main',
    'nav',
    'ol',
    'option',
  ],
  ...[
    'p',
    'pre',
    'progress',
    'section',
    'select',
    'small',
    'span',
    'strong',
    'summary',
    'table',
    'caption',
    'tbody',
    'td',
  ],
  ...[
    'textarea',
    'th',
    'thead',
    'time',
    'tr',
    'ul',
    'svg',
    'rect',
    'text',
    'line',
    'g',
    'title',
    'path',
    'kbd',
    'circle',
    'noscript',
  ],
];

/** Everything in the document, open shadow roots too. @returns what should not be there */
export function strangeParts(page: Page): Promise<string[]> {
  return page.evaluate<string[], readonly string[]>((allowed) => {
    const strange: string[] = [];
    const { document, location } = globalThis as unknown as { document: Root; location: { origin: string } };
    const look = (root: Root) => {
      for (const element of root.querySelectorAll('body *, :host *, *')) {
        const name = element.localName;
        const isHead = element.closest('head') !== null || name === 'html' || name === 'body' || name === 'head';
        if (!isHead && !allowed.includes(name) && !isEditors(element)) strange.push(`<${name}>`);
        for (const { name: attribute, value } of element.attributes) {
          if (/^on/i.test(attribute)) strange.push(`${name} ${attribute}=${value}`);
          if (/^(href|src|action|formaction|srcdoc|xlink:href)$/i.test(attribute) && !isOwn(value))
            strange.push(`${name} ${attribute}=${value}`);
          if (/^(aria-label|title|alt)$/.test(attribute) && /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(value))
            strange.push(`${name} ${attribute} has what nobody sees: ${JSON.stringify(value)}`);
          if (attribute === 'style' && /url\(|@import|expression/i.test(value)) strange.push(`${name} style=${value}`);
        }
        if (element.shadowRoot !== null) look(element.shadowRoot);
      }
    };
    // Pictures of nothing, which CodeMirror has at both sides of what it shows in the place of a character.
    const isEditors = ({ localName, attributes }: Part) =>
      localName === 'img' &&
      [...attributes].every(
        ({ name, value }) => name === 'aria-hidden' || (name === 'class' && value === 'cm-widgetBuffer'),
      );
    const isOwn = (value: string) => {
      try {
        return new URL(value, location.origin).origin === location.origin;
      } catch {
        return false;
      }
    };
    look(document);
    return strange;
  }, ours);
}

/** What of the browser's document is needed there. */
interface Root {
  querySelectorAll(selector: string): Iterable<Part>;
}

interface Part {
  readonly localName: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly shadowRoot: Root | null;
  closest(selector: string): unknown;
}

/** Characters that nobody sees, or that turn what is around them; line breaks and tabs are layout here. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]|\u034f/u;

/** The first invisible characters of a view and of its title; '' for none. */
export async function hiddenIn(page: Page): Promise<string> {
  const text = `${await page.title()} ${await page.locator('body').innerText()}`.replaceAll(/[\n\t]/g, ' ');
  const at = text.search(hidden);
  return at < 0 ? '' : JSON.stringify(text.slice(Math.max(0, at - 20), at + 20));
}
