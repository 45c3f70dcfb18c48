/** Looks at what stands in the way of network boot on the server's host, when an operator asks for it. */
import { useSignal } from '@preact/signals';
import type { NetbootDoctorResponse } from 'matchbox/api';
import { faultOf, site } from '../api/clients.ts';
import { who } from '../api/session.ts';
import { isStale } from '../live/feed.ts';
import { Copy } from '../parts/copy.tsx';
import { whyNot } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Text } from '../parts/text.tsx';

type Look = { readonly is: 'none' | 'looking' } | { readonly is: 'done'; readonly found: NetbootDoctorResponse };

const marks: ReadonlyMap<string, readonly [icon: string, colour: string]> = new Map([
  ['ok', ['●', 'running']],
  ['warning', ['▲', 'booting']],
  ['problem', ['✖', 'failed']],
]);

export function NetbootDoctor() {
  const look = useSignal<Look>({ is: 'none' });
  const fault = useSignal('');
  const reason = whyNot(who.value?.role, who.value?.name, !isStale.value);
  const run = async () => {
    look.value = { is: 'looking' };
    fault.value = '';
    try {
      const found = await site.netbootDoctor({});
      look.value = { is: 'done', found };
      fault.value = found.fault;
    } catch (error) {
      look.value = { is: 'none' };
      fault.value = faultOf(error);
    }
  };
  return (
    <Section id="doctor" title="What stands in the way on the server’s host">
      <p>
        Ports, privileges, the interface, other DHCP servers, loaders, the script’s URL, the packet filter, the clock.
      </p>
      <div class="actions">
        <button
          type="button"
          disabled={reason !== undefined || look.value.is === 'looking'}
          title={reason}
          onClick={() => void run()}
        >
          Look now
        </button>
        <Copy isMark text={() => 'matchbox netboot doctor'}>
          Copy the command
        </Copy>
        <span role="status">
          {look.value.is === 'looking' && 'Looking for other DHCP servers, which takes six seconds …'}
        </span>
      </div>
      {reason !== undefined && <p class="hint">{reason}</p>}
      {fault.value !== '' && (
        <p class="fault" role="alert">
          <Text>{fault.value}</Text>
        </p>
      )}
      {look.value.is === 'done' && look.value.found.findings.length > 0 && (
        <Found findings={look.value.found.findings} />
      )}
    </Section>
  );
}

function Found({ findings }: { readonly findings: NetbootDoctorResponse['findings'] }) {
  const problems = findings.filter(({ level }) => level === 'problem').length;
  return (
    <>
      <p role="status">
        {problems === 0 ? 'Nothing stands in the way.' : `${problems} ${problems === 1 ? 'problem' : 'problems'}.`}
      </p>
      <ul class="feed" aria-label="What was found on the host">
        {findings.map(({ about, level, text, advice }) => {
          const [icon, colour] = marks.get(level) ?? ['?', 'unknown'];
          return (
            <li key={`${about} ${text}`}>
              <span class={`state state-${colour}`}>
                <span aria-hidden="true">{icon}</span> <Text>{level}</Text>
              </span>{' '}
              <Text>{text}</Text>
              {advice !== '' && (
                <small>
                  {' '}
                  → <Text>{advice}</Text>
                </small>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}
