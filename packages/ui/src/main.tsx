/** The page: signs in, follows what happens, shows the view of the address. */
import { render } from 'preact';
import { begin } from './api/session.ts';
import { App } from './app.tsx';
import { runClock } from './live/clock.ts';
import { follow } from './live/feed.ts';
import { watchKeys } from './parts/palette.tsx';
import { applyTheme } from './parts/theme.ts';
import { watchPlace } from './route.ts';

applyTheme();
watchPlace();
watchKeys();
runClock();
render(<App />, document.getElementById('page')!);
void begin();
void follow();
