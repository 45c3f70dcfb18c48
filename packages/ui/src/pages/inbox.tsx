/** Machines that no group is about: strangers, to be adopted or left. */
import { Machines } from './machines.tsx';

export function Inbox() {
  return (
    <>
      <Machines fixed="is:inbox" title="Inbox" />
      <p class="hint">
        These machines get a default group’s answers, or none. Open one to adopt it: that writes a group of its own.
      </p>
    </>
  );
}
