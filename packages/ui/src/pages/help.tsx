/** Keys and words. */
import { Check } from '../parts/field.tsx';
import { singleKeys } from '../parts/palette.tsx';

export function Help() {
  return (
    <>
      <h1>Help</h1>
      <h2>Keys</h2>
      <dl class="pairs">
        <dt>Ctrl K</dt>
        <dd>go to a view or a machine</dd>
        <dt>/</dt>
        <dd>find machines</dd>
        <dt>?</dt>
        <dd>this page</dd>
        <dt>↑ ↓ Page up, Page down, Home, End, Enter</dt>
        <dd>in the list of machines: move, open</dd>
        <dt>Ctrl ], Ctrl [</dt>
        <dd>in the editor: indent lines, and back; Tab leaves it</dd>
      </dl>
      <Check
        ticked={singleKeys}
        onTicked={(isOn) => {
          localStorage.setItem('single-keys', isOn ? 'on' : 'off');
        }}
      >
        Single keys (/ and ?) do something
      </Check>
      <h2>Finding machines</h2>
      <p>
        Terms stand beside each other, and all have to hold: <code>state:stalled -rack:a1 mac:52:54*</code>. Without a
        key a word is looked for everywhere. <code>*</code> stands for any text, <code>-</code> before a term for its
        opposite. The address of the list has the query in it and can be passed on.
      </p>
      <h2>States</h2>
      <dl class="pairs">
        <dt>unknown, seen</dt>
        <dd>it asked for something, and was given nothing to boot yet</dd>
        <dt>booting, installing</dt>
        <dd>it has a boot script; it has its config</dd>
        <dt>installed, running, failed</dt>
        <dd>it said so</dd>
        <dt>stalled</dt>
        <dd>it fell silent on the way; its page says where, and why that happens</dd>
      </dl>
    </>
  );
}
