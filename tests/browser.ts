/** The browser that people's part of the product is tried with: Debian's Chromium, which tests/e2e/packages.txt lists. */
import { type Browser, chromium } from 'playwright-core';

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}
