/** A page used by its keyboard alone. */
import type { Page } from 'playwright-core';

/** What labels the control that has the focus, in shadow roots too. */
export const focused = `(() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  const texts = [...(element?.labels?.[0]?.childNodes ?? [])].filter((node) => node.nodeType === Node.TEXT_NODE);
  const label = element?.getAttribute('aria-label') ?? texts[0]?.textContent;
  return (label ?? element?.textContent ?? '').trim();
})()`;

const maxSteps = 120;

/** Presses Tab until the control of this name has the focus. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let count = 0; count < maxSteps; count++) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate<string>(focused);
    if (typeof name === 'string' ? label === name : name.test(label)) return;
  }
  throw new Error(`no ${name} is reached by Tab`);
}

/** Goes to what the palette finds by a word. */
export async function goTo(page: Page, word: string, title: string | RegExp): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /^A view/ }).waitFor();
  await page.keyboard.type(word);
  const found = page.getByRole('option', { name: title }).first();
  await found.waitFor();
  while ((await found.getAttribute('aria-selected')) !== 'true') await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

/** Says yes in a dialog. */
export async function confirm(page: Page, verb: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.locator('button.primary:enabled, button.danger:enabled').waitFor();
  await tabTo(page, verb);
  await page.keyboard.press('Enter');
}
