/** Says where secrets are masked, and lets those who may see them. */
import { areSecretsMasked, areSecretsShown, hideSecrets, mask, showSecrets } from '../api/secrets.ts';
import { isOperator } from '../api/session.ts';

export function Secrets() {
  if (areSecretsShown.value)
    return (
      <p class="secrets">
        Secrets are shown, which is written down under your name.{' '}
        <button type="button" class="small" onClick={hideSecrets}>
          Hide secrets
        </button>
      </p>
    );
  if (!areSecretsMasked.value) return null;
  return (
    <p class="secrets">
      Some of this is masked ({mask}).{' '}
      {isOperator() ? (
        <>
          <button type="button" class="small" onClick={showSecrets}>
            Show secrets
          </button>{' '}
          That is written down under your name.
        </>
      ) : (
        'Operators may see it.'
      )}
    </p>
  );
}
