/** Secrets are masked by the server until an operator asks to see those of one view, which is written down. */
import type { Interceptor } from '@connectrpc/connect';
import { computed, effect, signal } from '@preact/signals';
import { place } from '../route.ts';
import { who } from './session.ts';

/** Stands for a secret; the server's own word for it. */
export const mask = '••••••';

/** Paths of the view whose secrets are shown, and of the one that was found to have some. */
const shownAt = signal('');
const maskedAt = signal('');

export const areSecretsShown = computed(() => shownAt.value === place.value.path);
export const areSecretsMasked = computed(() => maskedAt.value === place.value.path && !areSecretsShown.value);

export function showSecrets(): void {
  shownAt.value = place.peek().path;
}

export function hideSecrets(): void {
  shownAt.value = '';
}

// Whoever signs in next has not asked for them.
effect(() => {
  if (!who.value) hideSecrets();
});

/** Asks for them where they are shown, and notices where they are not. */
export const secretsInterceptor: Interceptor = (next) => async (request) => {
  const path = location.pathname;
  if (shownAt.peek() === path && !request.stream) request.header.set('Matchbox-Reveal', '1');
  const response = await next(request);
  if (response.header.get('Matchbox-Masked') === '1') maskedAt.value = path;
  return response;
};
