/** The tables in PostgreSQL, by version: each version's statements lead from the one before. */

/** What this program makes and needs; it works with one version less, so that replicas can be upgraded one after the other. */
export const schemaVersion = 2;

/**
 * Quirk: sequences are drawn before a commit (PostgreSQL's manual, nextval), so a reader that goes by them misses what commits late. `state.revision` is raised by
 * each writer first, whose row lock makes revisions visible in their order.
 */
export const migrations: readonly string[] = [
  `
create table matchbox.state (
  id int primary key default 1 check (id = 1),
  schema int not null,
  epoch uuid not null default gen_random_uuid(),
  revision bigint not null default 0,
  pruned bigint not null default 0
);
create table matchbox.files (
  kind text not null,
  name text not null,
  bytes bytea not null,
  primary key (kind, name)
);
create table matchbox.commits (
  revision bigint primary key,
  write_id text not null unique,
  at timestamptz not null default now()
);
create table matchbox.changes (
  revision bigint not null references matchbox.commits on delete cascade,
  ordinal int not null,
  kind text not null,
  name text not null,
  bytes bytea,
  primary key (revision, ordinal)
);
insert into matchbox.state (schema) values (1);
`,
  // The state of machines. Its own counter: no boot moves the revision of the files.
  `
create table matchbox.state_head (
  id int primary key default 1 check (id = 1),
  revision bigint not null default 0,
  pruned bigint not null default 0
);
insert into matchbox.state_head default values;
create table matchbox.records (
  kind text not null,
  key text not null,
  value text,
  revision bigint not null,
  at timestamptz not null default now(),
  primary key (kind, key)
);
create index records_by_revision on matchbox.records (revision);
create table matchbox.events (
  seq bigserial primary key,
  machine text not null,
  batch uuid not null,
  at timestamptz not null default now(),
  body text not null
);
create index events_by_machine on matchbox.events (machine, seq desc);
create index events_by_time on matchbox.events (at);
`,
];

/** Commits that are remembered for followers; one that slept through more loads everything anew. */
export const rememberedCommits = 10_000;
/** The channel of NOTIFY: a hint, never the news itself. */
export const channel = 'matchbox';
