/** Dark, light, or as the system has it; remembered in this browser. */
import { signal } from '@preact/signals';

const themes = ['system', 'light', 'dark'] as const;

export type Theme = (typeof themes)[number];

export const theme = signal<Theme>(remembered());

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
}

export function nextTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
  localStorage.setItem('theme', theme.value);
  applyTheme();
}

function remembered(): Theme {
  const kept = localStorage.getItem('theme');
  return themes.find((each) => each === kept) ?? 'system';
}
