/** A browser's tab under measurement: frames while it scrolls, and the memory that stays when the rubbish is gone. */
import type { CDPSession, Page } from 'playwright-core';
import { percentile } from '../percentile.ts';

export interface Frames {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly over50: number;
  readonly frames: number;
}

/**
 * Times between frames while something is done in each.
 * @param scrolls CSS selector of what scrolls by 400 px a frame, to the end and back; undefined: nothing does, for comparison
 */
export async function framesOf(page: Page, seconds: number, scrolls?: string): Promise<Frames> {
  const times = await page.evaluate<number[], { seconds: number; scrolls: string | undefined }>(
    ({ seconds, scrolls }) =>
      new Promise((resolve) => {
        const { document, requestAnimationFrame } = globalThis as unknown as Browserish;
        const element = scrolls === undefined ? undefined : document.querySelector(scrolls);
        const between: number[] = [];
        let step = 400;
        let last = 0;
        let first = 0;
        const move = () => {
          if (!element) return;
          const before = element.scrollTop;
          element.scrollTop += step;
          if (element.scrollTop === before) step = -step;
        };
        const frame = (now: number) => {
          if (last > 0) between.push(now - last);
          last = now;
          first ||= now;
          move();
          if (now - first < seconds * 1000) requestAnimationFrame(frame);
          else resolve(between);
        };
        requestAnimationFrame(frame);
      }),
    { seconds, scrolls },
  );
  const at = (share: number) => Number(percentile(times, share).toFixed(1));
  return {
    p50: at(0.5),
    p99: at(0.99),
    max: Number(Math.max(...times).toFixed(1)),
    over50: times.filter((time) => time > 50).length,
    frames: times.length,
  };
}

/** What the list is compared with: as many rows that have nothing but eight texts, of the same height, without any library. */
export function showBareList(page: Page, rows: number): Promise<void> {
  return page.evaluate((total) => {
    // biome-ignore lint/suspicious/noExplicitAny: the tests' types know no browser
    const { document } = globalThis as any;
    const [list, room] = [document.createElement('div'), document.createElement('div')];
    list.className = 'bare';
    list.style.cssText = 'height: 470px; overflow: auto; position: relative; contain: strict';
    room.style.height = `${total * 36}px`;
    list.append(room);
    const shown = Array.from({ length: 30 }, () => {
      const row = document.createElement('div');
      row.style.cssText =
        'position: absolute; left: 0; right: 0; height: 36px; contain: strict; display: grid; grid-template-columns: repeat(8, 1fr)';
      row.append(...Array.from({ length: 8 }, () => document.createElement('span')));
      room.append(row);
      return row;
    });
    const show = () => {
      const first = Math.floor(list.scrollTop / 36);
      for (let index = first; index < first + shown.length; index++) {
        const row = shown[index % shown.length];
        if (row.title === `${index}`) continue;
        row.title = `${index}`;
        row.style.transform = `translateY(${index * 36}px)`;
        for (const [column, cell] of [...row.children].entries()) cell.textContent = `row ${index} column ${column}`;
      }
    };
    list.addEventListener('scroll', show);
    document.querySelector('main').append(list);
    show();
  }, rows);
}

/** What of the browser's globals is needed there. */
interface Browserish {
  readonly document: { querySelector(selector: string): { scrollTop: number } | null };
  requestAnimationFrame(frame: (now: number) => void): void;
}

export interface TabMemory {
  readonly heapMiB: number;
  readonly nodes: number;
  readonly listeners: number;
}

export async function memoryOf(session: CDPSession): Promise<TabMemory> {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? Number.NaN;
  return {
    heapMiB: Number((metric('JSHeapUsedSize') / 1024 / 1024).toFixed(2)),
    nodes: metric('Nodes'),
    listeners: metric('JSEventListeners'),
  };
}
