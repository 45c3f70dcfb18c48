/** Where one can go. */
export const sections = [
  { title: 'Overview', path: '/' },
  { title: 'Machines', path: '/machines' },
  { title: 'Inbox', path: '/inbox' },
  { title: 'Config', path: '/config' },
  { title: 'Rollouts', path: '/rollouts' },
  { title: 'Network', path: '/network' },
  { title: 'Images', path: '/images' },
  { title: 'Audit', path: '/audit' },
  { title: 'Help', path: '/help' },
] as const;
