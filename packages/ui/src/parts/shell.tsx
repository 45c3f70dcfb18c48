/** What is around every view: where one can go, how fresh it is, who is signed in. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { signOut, who } from '../api/session.ts';
import { now } from '../live/clock.ts';
import { connection } from '../live/feed.ts';
import { place } from '../route.ts';
import { bothClocks } from '../text/time.ts';
import { openPalette, Palette } from './palette.tsx';
import { tookFocus } from './search-focus.ts';
import { Secrets } from './secrets.tsx';
import { sections } from './sections.ts';
import { Text } from './text.tsx';
import { nextTheme, theme } from './theme.ts';

export function Shell({ children }: { readonly children: ComponentChildren }) {
  const { path } = place.value;
  const main = useRef<HTMLElement>(null);
  const nav = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  // On a narrow screen the sections are one row that scrolls.
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>('[aria-current]');
    if (current) nav.current!.scrollLeft = current.offsetLeft - nav.current!.offsetLeft - 40;
  }, [path]);
  useEffect(() => {
    if (!isFirst.current && !tookFocus()) main.current?.focus();
    isFirst.current = false;
  }, [path]);
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header>
        <a href="/" class="brand">
          Matchbox
        </a>
        <nav aria-label="Sections" ref={nav}>
          {sections.map(({ title, path: to }) => (
            <a key={to} href={to} aria-current={isCurrent(path, to) ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <div class="tools">
          <button type="button" class="small" onClick={openPalette} aria-keyshortcuts="Control+K">
            Go to …
          </button>
          <button type="button" class="small" onClick={nextTheme}>
            <span class="wide">Theme: </span>
            {theme.value}
          </button>
          <UserMenu />
        </div>
      </header>
      <Freshness />
      <main id="main" tabIndex={-1} ref={main}>
        <Secrets />
        {children}
      </main>
      <Palette />
    </>
  );
}

function isCurrent(path: string, section: string): boolean {
  if (section === '/machines') return path === section || path.startsWith('/machine/');
  return section === '/' ? path === '/' : path === section || path.startsWith(`${section}/`);
}

function Freshness() {
  const state = connection.value;
  // Known again with the clock.
  void now.value;
  if (state.is !== 'stale') return null;
  return (
    <p class="stale" role="status">
      What is shown is as of {bothClocks(state.asOfMs)}: {state.why}. Reconnecting …
    </p>
  );
}

function UserMenu() {
  const isOpen = useSignal(false);
  const said = useSignal('');
  const leave = async (everywhere: boolean) => {
    said.value = 'Signing out …';
    said.value = await signOut(everywhere);
  };
  const user = who.value;
  if (!user) return null;
  return (
    <div class="menu">
      <button
        type="button"
        class="small"
        aria-expanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        <Text>{user.name}</Text> <span class="wide">({user.role})</span>
      </button>
      {isOpen.value && (
        <div class="menu-body">
          {user.expiresMs !== undefined && <p>Signed in until {bothClocks(user.expiresMs)}</p>}
          {user.expiresMs === undefined ? (
            <p>The proxy in front signs you in and out.</p>
          ) : (
            <>
              <button type="button" onClick={() => void leave(false)}>
                Sign out
              </button>
              <button type="button" onClick={() => void leave(true)}>
                Sign out everywhere
              </button>
              <p role="status">{said.value}</p>
            </>
          )}
        </div>
      )}
    </div>
  );
}
