/** Signing in: by the link of the server's log, by a password, or by the proxy in front. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask, askForLink, signIn, signInFault, ways } from '../api/session.ts';
import { Field } from '../parts/field.tsx';

export function SignIn() {
  const { link, proxy } = ways.value;
  useEffect(() => {
    document.title = 'Sign in · Matchbox';
  }, []);
  return (
    <main id="main" class="sign-in">
      <h1>Matchbox</h1>
      {signInFault.value !== '' && (
        <p class="fault" role="alert">
          {signInFault.value}
        </p>
      )}
      {proxy ? (
        <>
          <p>A proxy in front of this server says who you are, and this server does not know that name.</p>
          <p>
            Whoever runs the server adds it: <code>matchbox users add NAME --role viewer --no-password</code>
          </p>
          <button type="button" onClick={() => void ask()}>
            Try again
          </button>
        </>
      ) : (
        <>
          {link && <LinkHelp />}
          <PasswordForm />
        </>
      )}
    </main>
  );
}

function LinkHelp() {
  const said = useSignal('');
  return (
    <section>
      <h2>By link</h2>
      <p>The server’s log has a link that signs in once, within ten minutes. Open it in this browser.</p>
      <button
        type="button"
        onClick={() => {
          said.value = 'Asking the server for a link …';
          void askForLink().then((text) => {
            said.value = text;
          });
        }}
      >
        Write a new link to the log
      </button>
      <p role="status">{said.value}</p>
    </section>
  );
}

function PasswordForm() {
  const name = useSignal('');
  const password = useSignal('');
  const isAsking = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    isAsking.value = true;
    await signIn(name.value, password.value);
    password.value = '';
    isAsking.value = false;
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h2>By password</h2>
      <Field typed={name} name="username" autocomplete="username" required>
        Name
      </Field>
      <Field typed={password} type="password" name="password" autocomplete="current-password" required>
        Password
      </Field>
      <button type="submit" class="primary" disabled={isAsking.value}>
        {isAsking.value ? 'Signing in …' : 'Sign in'}
      </button>
    </form>
  );
}
