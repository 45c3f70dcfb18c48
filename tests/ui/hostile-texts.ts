/** Texts that are meant to be taken for something else, by kind; no one of them may be more than text on any view. */
import { some } from '../long-form.ts';

export const hostileTexts: Readonly<Record<string, readonly string[]>> = {
  markup: [
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<a href="javascript:alert(1)">x</a>',
    '<form action=//evil.example><button>Sign in</button></form>',
    '<base href=//evil.example/>',
    '<meta http-equiv=refresh content="0;url=//evil.example">',
    '<details open ontoggle=alert(1)>',
    '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
    '<template><script>alert(1)</script></template>',
  ],
  breakingOut: [
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '</title></style></textarea></pre><svg/onload=alert(1)>',
    '--><script>alert(1)</script><!--',
    ']]><script>alert(1)</script>',
    '</script><script>alert(1)</script>',
  ],
  svg: [
    '<svg onload=alert(1)>',
    '<svg><animate onbegin=alert(1) attributeName=x dur=1s>',
    '<svg><use href="data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg/>#x"></use></svg>',
  ],
  css: [
    'red;background:url(//evil.example/x)',
    '</style><style>body{display:none}</style>',
    'expression(alert(1))',
    '@import "//evil.example/x.css";',
  ],
  urls: [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    '//evil.example/x',
    'https://evil.example\\@matchbox.example.com/',
  ],
  templates: [
    '{{constructor.constructor("alert(1)")()}}',
    '${alert(1)}',
    '<%= alert(1) %>',
    '#{alert(1)}',
    '`${alert(1)}`',
    '{{7*7}}',
  ],
  prototypes: ['__proto__', 'constructor', 'toString', 'hasOwnProperty'],
  entities: [
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '&#106;avascript:alert(1)',
    '&#x202e;gnp.exe',
    '&amp;amp;',
    '&nbsp;',
  ],
  bidi: ['a\u202egnp.exe', 'x\u2066y\u2069z', '\u200fright', '\u061cmark', '\u202dover\u202c'],
  controls: [
    'nul\u0000esc\u001b[31mred',
    'bell\u0007back\u0008',
    'c1\u009b31m\u0085',
    'del\u007f',
    'line\u2028para\u2029',
    'cr\rlf\n',
  ],
  surrogates: ['half \ud83d', '\ude00 half', '\ud83d\ud83d'],
  rightToLeft: ['שלום עולם', 'مرحبا بالعالم', 'abc אבג 123'],
  lookalikes: ['аdmin', 'rооt', 'ⅿatchbox', 'ｍatchbox'],
  zeroWidth: [
    'a\u200bb',
    'a\u200cb\u200dc',
    '\ufeffbom',
    'a\u2060b',
    'soft\u00adhyphen',
    '\u{e0041}\u{e0042}tags',
    '\u3164',
    '\u034f',
  ],
  combining: [`z${'\u0335\u0321\u0334'.repeat(30)}`, 'e\u0301'],
  long: ['A'.repeat(5000), '<b>'.repeat(500), `${'x'.repeat(255)}😀`],
};

/** All of them in the long form, otherwise a third of each kind. */
export const chosenHostileTexts: readonly string[] = Object.values(hostileTexts).flatMap((texts) => some(texts, 3));
