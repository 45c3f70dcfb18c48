/** Which view an address means. */
import { useEffect } from 'preact/hooks';
import { who } from './api/session.ts';
import { Audit } from './pages/audit.tsx';
import { Config } from './pages/config.tsx';
import { Help } from './pages/help.tsx';
import { Images } from './pages/images.tsx';
import { Inbox } from './pages/inbox.tsx';
import { MachineView } from './pages/machine.tsx';
import { MachineList } from './pages/machines.tsx';
import { Network } from './pages/network.tsx';
import { Overview } from './pages/overview.tsx';
import { RolloutView } from './pages/rollout.tsx';
import { RolloutList } from './pages/rollouts.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { Empty } from './parts/notice.tsx';
import { Shell } from './parts/shell.tsx';
import { parts } from './route.ts';
import { visible } from './text/visible.ts';

export function App() {
  const [view = '', ...rest] = parts.value;
  const { title, content } = viewOf(view, rest);
  const isKnown = who.value !== undefined;
  const isIn = Boolean(who.value);
  useEffect(() => {
    document.title = `${isIn ? title : 'Sign in'} · Matchbox`;
  }, [title, isIn]);
  if (!isKnown) return <p class="waiting">Asking the server who you are …</p>;
  // What somebody was about to write stays in its storage; the rest is asked anew.
  return isIn ? <Shell>{content}</Shell> : <SignIn />;
}

function viewOf(view: string, rest: readonly string[]) {
  const [first = ''] = rest;
  switch (view) {
    case '':
      return { title: 'Overview', content: <Overview /> };
    case 'machines':
      return { title: 'Machines', content: <MachineList /> };
    case 'machine':
      return { title: visible(first), content: <MachineView key={first} name={first} /> };
    case 'inbox':
      return { title: 'Inbox', content: <Inbox /> };
    case 'config':
      return {
        title: `Config ${visible(rest.join('/'))}`.trim(),
        content: <Config kind={first} name={rest.slice(1).join('/')} />,
      };
    case 'network':
      return { title: 'Network', content: <Network /> };
    case 'images':
      return { title: 'Images', content: <Images /> };
    case 'rollouts':
      return first === ''
        ? { title: 'Rollouts', content: <RolloutList /> }
        : { title: `Rollout ${visible(first)}`, content: <RolloutView key={first} name={first} /> };
    case 'audit':
      return { title: 'Audit', content: <Audit /> };
    case 'help':
      return { title: 'Help', content: <Help /> };
    default:
      return {
        title: 'Nothing here',
        content: (
          <Empty title="There is nothing at this address">
            <p>
              The <a href="/">overview</a> has everything else.
            </p>
          </Empty>
        ),
      };
  }
}
